import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { resultsOf, startRanks } from "./start_ranks.ts";

const failing = new URL("children/failing.ts", import.meta.url);

interface Told {
  blamed: number | null;
  message: string;
}

/** What the processes are told that did nothing wrong, and how long it took, in seconds. */
async function whatOthersHear(
  args: readonly [deed: string, culprit: number, timeout: number, string],
) {
  const started = performance.now();
  const culprit = args[1];
  const ended = await startRanks(3, failing, { args: args.map(String) });
  return {
    told: resultsOf<Told>(ended.filter(({ rank }) => rank !== culprit)),
    culprit: ended.find(({ rank }) => rank === culprit)!,
    seconds: (performance.now() - started) / 1000,
  };
}

for (
  const [deed, culprit, reduces, words] of [
    ["kill", 1, "gradients", /^Rank 1 is gone \(process \d+ on .+\): killed/],
    ["kill", 0, "all", /^Rank 0 is gone/],
    ["exit", 2, "all", /^Rank 2 is gone/],
    ["throw", 1, "gradients", /^Rank 1 failed: Error: no space left\n/],
    ["throw", 0, "all", /^Rank 0 failed: Error: no space left\n/],
  ] as const
) {
  Deno.test(`if rank ${culprit} does "${deed}", the others name it at once and say how to go on`, async () => {
    const { told, culprit: ended, seconds } = await whatOthersHear([deed, culprit, 40, reduces]);
    assertEquals(told.map(({ blamed }) => blamed), [culprit, culprit]);
    for (const { message } of told) {
      assertMatch(message, words);
      assertStringIncludes(message, "--resume");
    }
    assert(seconds < 30, `it took ${seconds} s, though nobody was slow`);
    if (deed === "throw") assertStringIncludes(ended.stderr, "no space left");
  });
}

Deno.test("a rank that comes too late is named, by itself too", async () => {
  const results = resultsOf<Told>(
    await startRanks(3, failing, { args: ["slow", "1", "2", "all"] }),
  );
  assertEquals(results.map(({ blamed }) => blamed), [1, 1, 1]);
  for (const { message } of results) {
    assertMatch(message, /^Rank 1 came [2-9]\.\d s too late to where the others waited for 2 s\./);
    assertStringIncludes(message, "APPRENTICE_TIMEOUT");
  }
});

Deno.test("a rank that never comes is named by those who are there", async () => {
  const results = await startRanks(3, failing, {
    args: ["none", "0", "2", "all"],
    only: [0, 2],
  });
  const told = resultsOf<Told>(results);
  assertEquals(told.map(({ blamed }) => blamed), [1, 1]);
  for (const { message } of told) {
    assertMatch(message, /^Rank 1 of 3 did not come to 127\.0\.0\.1:\d+ within 2 s\./);
  }
});

Deno.test("where rank 0 never comes, the others say that nobody answers there", async () => {
  const told = resultsOf<Told>(
    await startRanks(2, failing, { args: ["none", "0", "2", "all"], only: [1] }),
  );
  assertEquals(told[0].blamed, 0);
  assertMatch(told[0].message, /^Nobody answered at 127\.0\.0\.1:\d+ within 2 s\./);
});

Deno.test("two processes of one rank are told so", async () => {
  const ended = await startRanks(2, failing, {
    args: ["none", "0", "3", "all"],
    only: [0, 1, 1],
  });
  assert(ended.some(({ stdout }) => stdout.includes("2 processes say that they are rank 1")));
});
