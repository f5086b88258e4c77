/** Recipes whose students see strongly augmented images, their teachers weakly augmented ones. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { MixedBatch, MixedLoader } from "../../src/data/mod.ts";
import { recipeFingerprint } from "../../src/runs/fingerprint.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import { openBatches } from "../../src/runs/run_batches.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, quiet, supervised } from "./small_recipes.ts";

const strongAugment = [{ name: "randomErasing", p: 1 }];
const weak = { augment: [{ name: "randomCrop", padding: 2 }], views: 2 };

test("what teachers say of the weak views is stored and read, whatever the student sees", () =>
  inFolder(async (folder) => {
    const store = { dtype: "float32", root: `${folder}/store` } as const;
    const recipe = distilled({ ...weak, store, epochs: 3 });
    using without = await runs.run(recipe, quiet(folder, "without"));
    const kept = [...Deno.readDirSync(`${folder}/store`)].map(({ name }) => name).sort();
    using run = await runs.run({ ...recipe, strongAugment }, quiet(folder, "strong"));
    assertEquals([...Deno.readDirSync(`${folder}/store`)].map(({ name }) => name).sort(), kept);
    const lossOf = ({ metrics }: runs.Run) =>
      metrics.filter(({ event }) => event === "epoch").map(({ loss }) => loss);
    assertNotEquals(lossOf(run), lossOf(without));
    // Asked live, they see the same.
    using live = await runs.run(
      { ...recipe, strongAugment, store: null },
      quiet(folder, "live"),
    );
    const [stored, asked] = [lossOf(run), lossOf(live)] as number[][];
    for (const [i, loss] of stored.entries()) assert(Math.abs(loss - asked[i]) < 1e-5 * loss);
  }));

test("labelled images beside the others stay weakly augmented", async () => {
  const parts = [200, 100, 200];
  const recipe = supervised({
    ...weak,
    data: {
      train: digits({ split: parts, part: 0 }),
      labelled: digits({ split: parts, part: 1 }),
    },
    method: "CustomKD",
    teachers: [{ name: "cnn", recipe: supervised({ name: "cnn" }) }],
    strongAugment,
  });
  using opener = new DataOpener();
  const { batches } = await openBatches(runs.resolveRecipe(recipe), opener);
  using both = (batches as MixedLoader).batch(0, 0) as MixedBatch;
  assertEquals(both.labelled.strong, null);
  assertNotEquals(both.unlabelled.strong!.toArray(), both.unlabelled.pixels.toArray());
});

Deno.test("a recipe without it is the recipe that it was before there was any", () => {
  const fingerprint = (more: Partial<runs.Recipe>) =>
    recipeFingerprint(runs.resolveRecipe(distilled(more)));
  assertEquals(fingerprint({ strongAugment: [] }), fingerprint({}));
  assertNotEquals(fingerprint({ strongAugment }), fingerprint({}));
});
