/** No label of the images that a student learns from without labels reaches it, in any recipe. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import type * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import { METHODS } from "../../src/runs/methods.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import { openBatches } from "../../src/runs/run_batches.ts";
import * as teachers from "../../src/teachers/mod.ts";
import type * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { reachable } from "./reachable.ts";
import { digits, supervised } from "./small_recipes.ts";

test("labels cannot be given to a student: the types", () => {
  // None of this is run: it has to be refused by the compiler, or the tests do not start.
  const _refused = (
    { kd, uniform, rotation }: {
      kd: distill.KD;
      uniform: distill.Uniform;
      rotation: distill.Rotation;
    },
    labelled: data.LabelledBatch,
    unlabelled: data.UnlabelledBatch,
    dataset: data.ImageDataset,
  ) => {
    for (const method of [kd, uniform, rotation]) {
      method.step(unlabelled);
      // @ts-expect-error a batch with labels
      method.step(labelled);
      // @ts-expect-error images with labels beside them
      method.step({ images: unlabelled.images, labels: labelled.labels });
    }
    const _batches: data.Loader<data.UnlabelledBatch> = new data.Loader(dataset.unlabelled(), {
      batchSize: 1,
    });
    // @ts-expect-error images that know their labels
    const _labelled: typeof _batches = new data.Loader(dataset, { batchSize: 1 });
    // @ts-expect-error a batch of the student has no labels to ask for
    unlabelled.labels;
    // @ts-expect-error nor have the student's images
    dataset.unlabelled().labels;
    // @ts-expect-error or names of classes
    dataset.unlabelled().classNames;
  };
});

test("labels cannot be given to a student: where types are not looked at", async () => {
  using all = await data.mnist("test");
  using student = new models.SmallCnn({ numClasses: 10, widths: [2] });
  using model = new models.SmallCnn({ numClasses: 10, widths: [2] });
  using shelf = new teachers.Shelf([teachers.predictive({ name: "one", model })]);
  using batch = all.batch(Int32Array.of(0, 1));
  using images = batch.images;
  const without = Object.entries(METHODS).filter(([, { needs }]) => needs.images === "unlabelled");
  assertEquals(without.map(([name]) => name), ["Rotation", "KD", "CFLPlus", "UNIFORM"]);
  for (const [name, { make }] of without) {
    using own = name === "Rotation" ? new models.SmallCnn({ numClasses: 4, widths: [2] }) : null;
    const method = make(own ?? student, shelf, {});
    const plain = "got an object with images, labels";
    for (
      const [given, message] of [
        [batch, `carries "labels"`],
        [{ images, labels: batch.labels }, plain],
        [{ images, labels: undefined }, plain],
      ] as const
    ) {
      const error = assertThrows(() => method.step(given as never), ArgumentError);
      assert(error.message.includes(message), `${error}`);
    }
    method.dispose();
  }
});

test("from what a student learns from no way leads to a label", async () => {
  const own = [{ split: [60, 40], part: 0 }];
  const both: runs.DataRecipe = {
    join: [
      { dataset: "mnist", split: "test", select: own },
      { dataset: "fashionMnist", split: "test", select: own },
    ],
  };
  // Whether the recipe takes the labels away, or leaves that to the method that needs none.
  for (const select of [[], [{ unlabelled: true }]]) {
    const recipe = runs.resolveRecipe(supervised({
      data: { train: { ...both, select } },
      method: "Rotation",
    }));
    using opener = new DataOpener();
    const { batches, sources, labelled, ...opened } = await openBatches(recipe, opener);
    const train = unlabelledImages(opened.train);
    assertEquals(labelled, null);
    using batch = await (batches as data.Loader<data.UnlabelledBatch>).batch(0, 0);
    assert(batch instanceof data.UnlabelledBatch);
    for (const start of [train, batches, sources, batch]) {
      const { tensors, labelled, lists } = reachable(start, 20);
      assertEquals(labelled, []);
      // Pixels, and the places of images among the student's own.
      const mine: torch.Tensor[] = [train.images];
      if (start === batch) mine.push(batch.pixels, batch.indices, batch.images);
      for (const tensor of tensors) assert(mine.includes(tensor), `${tensor.shape}`);
      assert(tensors.has(mine.at(-1)!) && tensors.size > 0);
      for (const list of lists) {
        assert(start === batch && String([...batch.places()]) === String(list), String(list));
      }
    }
    batch.images.dispose();
  }
  // The walk would find some if there were.
  using all = await data.mnist("test");
  const found = reachable({ deep: [{ er: all }] }, 20);
  assertEquals(found.labelled, [all]);
  assert(found.tensors.has(all.labels));
});

function unlabelledImages(dataset: unknown): data.UnlabelledImages {
  if (dataset instanceof data.UnlabelledImages) return dataset;
  throw new Error(`Not UnlabelledImages: ${dataset}`);
}

test("where labels are needed beside images without, the recipe says which", async () => {
  using opener = new DataOpener();
  const recipe = runs.resolveRecipe(supervised({
    data: {
      train: digits({ take: 40 }),
      labelled: digits({ split: [30, 20], part: 1 }),
    },
    method: "CustomKD",
  }));
  const { labelled, batches, ...opened } = await openBatches(recipe, opener);
  const train = unlabelledImages(opened.train);
  const { tensors, lists } = reachable(train, 20);
  assertEquals([[...tensors], lists], [[train.images], []]);
  assertEquals(labelled!.length, 20);
  for await (using batch of batches.epoch(0)) {
    assert(batch instanceof data.MixedBatch);
    assertEquals(reachable(batch.unlabelled, 20).labelled, []);
    break;
  }
});
