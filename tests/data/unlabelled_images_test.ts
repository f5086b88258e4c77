// No label may reach a student: in the types, in the objects, and by the order of the images.
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  type Dataset,
  ImageDataset,
  LabelledBatch,
  Loader,
  UnlabelledBatch,
  UnlabelledImages,
} from "../../src/data/mod.ts";
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { numbered, numbersOf } from "./images.ts";

// Checked by the compiler: each line below the mark must be an error, or the test file is one.
export function typesKeepLabelsOut(
  labelled: ImageDataset,
  unlabelled: UnlabelledImages,
  batch: LabelledBatch,
  bare: UnlabelledBatch,
  loader: Loader<LabelledBatch>,
): void {
  // @ts-expect-error labelled images are not unlabelled ones
  const a: UnlabelledImages = labelled;
  // @ts-expect-error nor the other way round
  const b: ImageDataset = unlabelled;
  // @ts-expect-error a labelled batch is not an unlabelled one
  const c: UnlabelledBatch = batch;
  // @ts-expect-error nor the other way round
  const d: LabelledBatch = bare;
  // @ts-expect-error a loader of labelled images is not one of unlabelled ones
  const e: Loader<UnlabelledBatch> = loader;
  // @ts-expect-error a labelled dataset is not one of unlabelled batches
  const f: Dataset<UnlabelledBatch> = labelled;
  // @ts-expect-error something of the same shape is not one either
  const g: UnlabelledImages = { ...unlabelled };
  // @ts-expect-error there are no labels
  unlabelled.labels;
  // @ts-expect-error there are no labels
  bare.labels;
  void [a, b, c, d, e, f, g];
}

/** Every object that can be reached from a value, by any property, prototypes left out. */
function reachable(root: unknown): Map<object, string> {
  const found = new Map<object, string>();
  const visit = (value: unknown, path: string): void => {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return;
    if (found.has(value)) return;
    found.set(value, path);
    for (const key of Reflect.ownKeys(value)) {
      const { value: inner, get } = Object.getOwnPropertyDescriptor(value, key)!;
      visit(inner, `${path}.${String(key)}`);
      visit(get, `${path}.${String(key)}`);
    }
    if (value instanceof Map || value instanceof Set) {
      for (const item of value) visit(item, `${path}[]`);
    }
  };
  visit(root, "root");
  return found;
}

function assertNoLabels(root: unknown, dataset: ImageDataset, tensors: torch.Tensor[]): void {
  const found = reachable(root);
  for (const [value, path] of found) {
    assert(!(value instanceof ImageDataset), `a labelled dataset at ${path}`);
    assert(!(value instanceof LabelledBatch), `a labelled batch at ${path}`);
    assert(value !== dataset.classNames && value !== dataset.sources, `class names at ${path}`);
    if (value instanceof torch.Tensor) assert(tensors.includes(value), `a tensor at ${path}`);
    for (const key of Reflect.ownKeys(value)) {
      // The loader that made a batch: what can be reached from there is looked at, too.
      if (path.endsWith(".origin") && key === "source") continue;
      assert(!/label.?s|class|source|name/i.test(String(key)), `${path}.${String(key)}`);
    }
  }
}

test("nothing but images can be reached from unlabelled images", () => {
  using dataset = numbered(12, { classes: 3 });
  for (const shuffle of [true, false]) {
    using unlabelled = dataset.unlabelled({ shuffle });
    assertEquals(Object.keys(unlabelled).sort(), ["imageShape", "images", "length"]);
    assertNoLabels(unlabelled, dataset, [unlabelled.images]);
    using subset = unlabelled.subset([3, 1]);
    using taken = unlabelled.take(2);
    assertNoLabels([subset, taken], dataset, [subset.images, taken.images]);
    const loader = new Loader(unlabelled, { batchSize: 5, shuffle: true });
    assertNoLabels(loader, dataset, [unlabelled.images]);
    for (using batch of loader.epoch(0)) {
      assert(batch instanceof UnlabelledBatch);
      assertEquals(Object.keys(batch).sort(), ["indices", "origin", "pixels"]);
      assertNoLabels(batch, dataset, [batch.pixels, batch.indices, unlabelled.images]);
      assert(batch.origin?.source === loader);
    }
  }
  // The walk itself does find labels where there are some.
  assertThrows(() => assertNoLabels({ deep: [dataset] }, dataset, []), Error, "labelled dataset");
  assertThrows(() => assertNoLabels([{ labels: 1 }], dataset, []), Error, "root.0.labels");
});

test("the place of an unlabelled image does not tell its class", () => {
  const classes = 4;
  using dataset = numbered(200, { classes, size: 1 });
  using unlabelled = dataset.unlabelled();
  const numbers = numbersOf(unlabelled.images);
  assertEquals([...numbers].sort((a, b) => a - b), numbersOf(dataset.images));
  // Guessing the class by the place, in the way that was right for every image before.
  const right = numbers.filter((number, place) => number % classes === place % classes).length;
  assert(Math.abs(right / 200 - 1 / classes) < 0.15, `${right} of 200`);
  using again = dataset.unlabelled({ seed: 0 });
  assertEquals(numbersOf(again.images), numbers);
  using other = dataset.unlabelled({ seed: 1 });
  assertNotEquals(numbersOf(other.images), numbers);
});

test("unlabelled images in their own order share memory and outlive the dataset", () => {
  const dataset = numbered(5);
  const before = torch.memory().bytes;
  using unlabelled = dataset.unlabelled({ shuffle: false });
  assertEquals(torch.memory().bytes, before);
  dataset.dispose();
  assertEquals(numbersOf(unlabelled.images), [0, 1, 2, 3, 4]);
  assertEquals([unlabelled.length, unlabelled.imageShape], [5, [1, 2, 2]]);
  using subset = unlabelled.subset([4, 0]);
  assertEquals(numbersOf(subset.images), [4, 0]);
  using batch = unlabelled.batch(Int32Array.of(2, 2));
  assertEquals(numbersOf(batch.pixels), [2, 2]);
  assertThrows(() => unlabelled.subset([5]), IndexError, "index 5");
  assertThrows(() => unlabelled.take(-2), ArgumentError, "-2");
});

test("unlabelled images are made of uint8 (N, C, H, W) only", () => {
  assertThrows(() => new UnlabelledImages(torch.zeros([2, 1, 2, 2])), DTypeError, "float32");
  assertThrows(
    () => new UnlabelledImages(torch.zeros([2, 2], { dtype: "uint8" })),
    ShapeError,
    "[2, 2]",
  );
});
