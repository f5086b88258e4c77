import { assertEquals } from "@std/assert";
import { failureOf } from "../../src/launch/failure_text.ts";
import type { Ending } from "../../src/launch/rank_process.ts";

const ending = (rank: number, more: Partial<Ending> = {}): Ending => ({
  rank,
  code: 1,
  signal: null,
  error: null,
  lines: [],
  at: 0,
  direct: false,
  ...more,
});

const outcome = (endings: Ending[], asked: number[] = [], killed: number[] = []) => ({
  endings,
  asked: new Set(asked),
  killed: new Set(killed),
});

const error = (text: string, rank: number | null = null) => ({ error: { text, rank } });

Deno.test("launch: who died first is named first, with its exit status and last lines", () => {
  const endings = [
    ending(3, { code: 0 }),
    ending(2, { code: 7, lines: ["one", "two"] }),
    ending(0, { code: 143 }),
    ending(1, { code: 137, signal: "SIGKILL" }),
  ];
  assertEquals(failureOf(outcome(endings, [0, 1], [1]), 4), {
    code: 7,
    text: [
      "rank 2 of 4 ended with exit code 7.",
      "[rank 2] one",
      "[rank 2] two",
      "Ended before, with exit code 0: rank 3.",
      "Ended because of this: rank 0.",
      "Killed, as SIGTERM did not end it: rank 1.",
    ].join("\n"),
  });
});

Deno.test("launch: who knows the cause is quoted, not who lost a connection to it", () => {
  const own = "DistributedError: Rank 2 has another recipe than rank 0.";
  for (
    const consequence of [
      { lines: ["RuntimeError: Connection closed by peer [127.0.0.1]:4321"] },
      error("DistributedError: Rank 2 is gone (process 7 on here): killed.", 2),
      { lines: ["error: Uncaught DistributedError: Rank 2 left the group and does not answer"] },
      error("TorchError: gloo: writev: Broken pipe"),
    ]
  ) {
    const endings = [ending(1, consequence), ending(2, error(own, 2)), ending(0, consequence)];
    const failure = failureOf(outcome(endings), 3)!;
    assertEquals(failure.text.split("\n"), [
      "rank 1 of 3 ended with exit code 1, because of rank 2, which ended with exit code 1.",
      `[rank 2] ${own}`,
      "Rank 0 ended with exit code 1, too.",
    ]);
  }
});

Deno.test("launch: a rank that a signal ended is a cause by itself", () => {
  const endings = [
    ending(0, error("DistributedError: Rank 1 is gone", 1)),
    ending(1, { code: 137, signal: "SIGKILL" }),
  ];
  assertEquals(failureOf(outcome(endings), 2)!.text.split("\n").slice(0, 2), [
    "rank 0 of 2 ended with exit code 1, because of rank 1, which was ended by SIGKILL (the system does that where " +
    "memory is used up).",
    "It said nothing.",
  ]);
});

Deno.test("launch: where all have lost their connections, the first is quoted", () => {
  const endings = [0, 1].map((rank) => ending(rank, error(`connection reset ${rank}`)));
  assertEquals(failureOf(outcome(endings), 4)!.text.split("\n"), [
    "rank 0 of 4 ended with exit code 1.",
    "[rank 0] connection reset 0",
    "Rank 1 ended with exit code 1, too.",
  ]);
});

Deno.test("launch: what ended as it was asked to is no failure", () => {
  const endings = [ending(0, { code: 130 }), ending(1, { code: 0 })];
  assertEquals(failureOf(outcome(endings, [0]), 2), null);
  assertEquals(failureOf(outcome([ending(0, { code: 0 })]), 1), null);
});

Deno.test("launch: a rank that wrote to the launcher's own output is not quoted", () => {
  assertEquals(failureOf(outcome([ending(0, { direct: true })]), 2)!.text.split("\n"), [
    "rank 0 of 2 ended with exit code 1.",
    "What it said stands above.",
  ]);
  // What is not known is not taken for the cause.
  const endings = [
    ending(1, { lines: ["Connection closed by peer"] }),
    ending(0, { direct: true }),
  ];
  assertEquals(failureOf(outcome(endings), 2)!.text.split("\n"), [
    "rank 1 of 2 ended with exit code 1.",
    "[rank 1] Connection closed by peer",
    "Rank 0 ended with exit code 1, too.",
  ]);
});
