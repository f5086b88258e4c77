import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { commandOf, refuseNested } from "../../src/launch/command.ts";
import { launch, type LaunchOptions } from "../../src/launch/launch.ts";

const verbs = ["train", "launch"];

Deno.test("launch: the first word is a command of apprentice, or else a program", () => {
  assertEquals(commandOf(["deno", "run", "x.ts"], verbs), ["deno", "run", "x.ts"]);
  assertEquals(commandOf(["./train", "x"], verbs), ["./train", "x"]);
  const [program, ...args] = commandOf(["train", "r.ts", "--set", "seed=1"], verbs);
  assertEquals(program, Deno.execPath());
  assertEquals(args, ["run", "--allow-all", Deno.mainModule, "train", "r.ts", "--set", "seed=1"]);
  assertThrows(() => commandOf([], verbs), ArgumentError, "what is to be run is missing");
  assertThrows(() => commandOf(["launch", "train"], verbs), ArgumentError, "cannot start launches");
});

Deno.test("launch: a process of a launch starts no other, however it was launched", () => {
  refuseNested(() => undefined);
  // A node of a cluster that has a number is no process of a launch.
  refuseNested((name) => name === "RANK" ? "1" : undefined);
  const inside = (name: string) => ({ RANK: "5", LOCAL_RANK: "1" })[name];
  assertThrows(() => refuseNested(inside), ArgumentError, "LOCAL_RANK is 1, RANK is 5");
});

Deno.test("launch: options that do not fit together are refused before anything is started", async () => {
  const refused = async (options: Partial<LaunchOptions>, message: string) => {
    // Would be found missing only when started.
    const command = ["/there/is/no/such/program"];
    const all = { command, processes: 1, cores: 2, ...options };
    await assertRejects(() => launch(all), ArgumentError, message);
  };
  await refused({ nodes: 2 }, "give --master-addr");
  await refused({ nodeRank: 1 }, "--node-rank is 1 of 1 machines (--nnodes); it is from 0 to 0");
  await refused({ nodes: 2, nodeRank: 2, address: "a" }, "it is from 0 to 1");
  using taken = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = taken.addr;
  await refused({ port }, `port ${port} is in use by another program`);
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", "/there/is/no/such/folder");
  try {
    await assertRejects(
      () => launch({ command: ["true"], processes: 1, cores: 1 }),
      FileError,
      "Set TMPDIR to a folder that can be written",
    );
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
  // The port of another machine may well be in use on this one.
  const other = { port, nodes: 2, nodeRank: 1, address: "127.0.0.1" };
  await refused(other, 'there is no program "/there/is/no/such/program".');
});
