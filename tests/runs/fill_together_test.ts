import { assert, assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { temporaryFolder } from "../setup/fakes.ts";
import { contents, shardsBelow } from "../teachers/store/stores.ts";
import { startRanks } from "../torch/distributed/start_ranks.ts";
import { digits, supervised } from "./small_recipes.ts";

const command = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** A process that fills the store of a recipe, as torchrun starts it. */
function rank(recipe: string, index: number, of: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", command, "store", "fill", recipe, "--quiet"],
    env: { RANK: String(index), WORLD_SIZE: String(of), OMP_NUM_THREADS: "1" },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

test("ranks divide the store of a recipe, and do what one of them that dies leaves", async () => {
  using folder = temporaryFolder();
  const teachers = [1, 2].map((seed) => {
    torch.manualSeed(seed);
    using model = new models.SmallCnn({ widths: [4, 8], numClasses: 10 });
    const run = `${folder.path}/teacher-${seed}.safetensors`;
    models.save(run, model);
    return { name: `teacher-${seed}`, run };
  });
  const recipe = (name: string): runs.Recipe => ({
    ...supervised(),
    data: { train: digits({ take: 3000 }), test: digits({ split: [3000, 200], part: 1 }) },
    teachers,
    method: "UNIFORM",
    threads: 1,
    store: { root: `${folder.path}/${name}`, batchSize: 100 },
  });
  const path = `${folder.path}/recipe.json`;
  Deno.writeTextFileSync(path, JSON.stringify(recipe("shared")));
  const [stays, dies] = [rank(path, 0, 2), rank(path, 1, 2)];
  // As soon as something is there: whoever made it, the other's share is not done.
  while (shardsIn(`${folder.path}/shared`) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  dies.kill("SIGKILL");
  await dies.status;
  assertEquals((await stays.status).code, 0);
  const [status] = await runs.storeStatus(recipe("shared"), { parts: 2 });
  assertEquals([status.whole, status.images], [true, 3000]);
  // Three shards of each teacher, the middle one's of teacher-2 in the second half.
  assertEquals(status.parts.map(({ shards }) => shards), [3, 3]);
  await runs.fill(recipe("alone"), { progress: false });
  assertEquals(contents(`${folder.path}/shared`), contents(`${folder.path}/alone`));
});

function shardsIn(root: string): number {
  try {
    return shardsBelow(root).length;
  } catch {
    return 0;
  }
}

Deno.test("a share goes by what starts processes, and there is none where there is one", () => {
  const of = (variables: Record<string, string>) => runs.partOfRank((name) => variables[name]);
  assertEquals(of({}), undefined);
  assertEquals(of({ RANK: "0", WORLD_SIZE: "1" }), undefined);
  assertEquals(of({ RANK: "2", WORLD_SIZE: "4" }), { index: 2, of: 4 });
  assertEquals(of({ JOB_COMPLETION_INDEX: "1", WORLD_SIZE: "3", MASTER_ADDR: "a" }), {
    index: 1,
    of: 3,
  });
  for (const rank of ["4", "-1", "a"]) {
    const error = assertThrows(() => of({ RANK: rank, WORLD_SIZE: "4" }), ArgumentError);
    assert(error.message.includes(`from 0 to 3, got "${rank}"`), error.message);
  }
});

test("ranks of a group that have no folder in common all say so; with one they fill it", async () => {
  using folder = temporaryFolder();
  const child = new URL("children/fill_together.ts", import.meta.url);
  const apart = await startRanks(2, child, { args: [`${folder.path}/RANK`] });
  for (const { code, stdout, stderr } of apart) {
    assertEquals(code, 0, stderr);
    const said = stdout.trim().split("\n").at(-1)!;
    assert(said.startsWith("StoreError: Rank 1 of 2 does not see the store of rank 0"), said);
  }
  const together = await startRanks(2, child, { args: [`${folder.path}/shared`] });
  assertEquals(together.map(({ stdout }) => stdout.trim().split("\n").at(-1)), ["whole", "whole"]);
});
