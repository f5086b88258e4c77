import { assert, assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { temporaryFolder } from "../setup/fakes.ts";
import { contents, shardsBelow } from "../teachers/store/stores.ts";
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

Deno.test("a share by rank needs both variables, and none where there is one process", () => {
  const of = (variables: Record<string, string>) => runs.partOfRank((name) => variables[name]);
  assertEquals(of({}), undefined);
  assertEquals(of({ RANK: "0", WORLD_SIZE: "1" }), undefined);
  assertEquals(of({ RANK: "2", WORLD_SIZE: "4" }), { index: 2, of: 4 });
  for (
    const [rank, size] of [["4", "4"], ["-1", "4"], ["0", undefined], [undefined, "2"], ["a", "2"]]
  ) {
    const given = Object.fromEntries(
      Object.entries({ RANK: rank, WORLD_SIZE: size }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const error = assertThrows(() => of(given), ArgumentError);
    assert(error.message.includes(`they are ${rank ?? "not set"} and ${size ?? "not set"}`));
  }
});
