import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ImageDataset, type ImageDatasetParts } from "../../src/data/mod.ts";
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  IndexError,
  ShapeError,
} from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { numbered, numbersOf } from "./images.ts";

test("arrays become a dataset: rows, columns, channels become channels, rows, columns", () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  using dataset = ImageDataset.fromArrays({
    images: Uint8Array.from([...image, ...image.map((value) => value + 100)]),
    labels: Int32Array.of(1, 0),
    count: 2,
    height: 2,
    width: 2,
    channels: 3,
    classNames: ["a", "b"],
  }, "tiny");
  assertEquals(dataset.images.toArray(), [
    [[[1, 4], [7, 10]], [[2, 5], [8, 11]], [[3, 6], [9, 12]]],
    [[[101, 104], [107, 110]], [[102, 105], [108, 111]], [[103, 106], [109, 112]]],
  ]);
  assertEquals([dataset.images.dtype, dataset.labels.dtype], ["uint8", "int64"]);
  assertEquals(dataset.labels.toArray(), [1, 0]);
  assertEquals([dataset.name, dataset.length, dataset.numClasses], ["tiny", 2, 2]);
  assertEquals(dataset.imageShape, [3, 2, 2]);
  assertEquals(dataset.sources, [{ name: "tiny", classes: [0, 2] }]);
  assertEquals(dataset.classCounts(), [1, 1]);
});

test("arrays whose sizes or labels do not fit are refused", () => {
  const arrays = {
    images: new Uint8Array(8),
    labels: Uint8Array.of(0, 1),
    count: 2,
    height: 2,
    width: 2,
    channels: 1,
    classNames: ["a", "b"],
  };
  assertThrows(() => ImageDataset.fromArrays({ ...arrays, count: 3 }), ArgumentError);
  assertThrows(
    () => ImageDataset.fromArrays({ ...arrays, labels: Uint8Array.of(0, 2) }, "set"),
    IndexError,
    "set: label 2 of image 1",
  );
});

test("labels are taken from any kind of numbers", () => {
  const images = torch.zeros([3, 1, 2, 2], { dtype: "uint8" });
  const kinds: ImageDatasetParts["labels"][] = [
    [2, 0, 1],
    Uint8Array.of(2, 0, 1),
    Float32Array.of(2, 0, 1),
    BigInt64Array.of(2n, 0n, 1n),
    torch.tensor([2, 0, 1], { dtype: "int64" }),
    torch.tensor([2, 0, 1], { dtype: "int32" }),
    torch.tensor([2, 0, 1]),
  ];
  for (const labels of kinds) {
    using dataset = new ImageDataset({ images, labels, classNames: ["a", "b", "c"] });
    assertEquals(dataset.labels.toArray(), [2, 0, 1]);
    assertEquals(dataset.labels.dtype, "int64");
  }
});

test("a label that is no class is an error that names row and value", () => {
  const images = torch.zeros([3, 1, 2, 2], { dtype: "uint8" });
  const make = (labels: ImageDatasetParts["labels"]) =>
    new ImageDataset({ images, labels, classNames: ["a", "b"], name: "set" });
  assertThrows(() => make([0, NaN, 1]), ArgumentError, "set: label NaN of image 1");
  assertThrows(() => make([0, 1, 0.5]), ArgumentError, "label 0.5 of image 2");
  assertThrows(() => make([Infinity, 1, 0]), ArgumentError, "label Infinity of image 0");
  assertThrows(() => make(torch.tensor([0, NaN, 1])), ArgumentError, "label NaN of image 1");
  assertThrows(() => make([0, 2, 1]), IndexError, "label 2 of image 1");
  assertThrows(() => make([0, -1, 1]), IndexError, "label -1 of image 1");
  assertThrows(() => make(BigInt64Array.of(0n, 1n, 2n ** 40n)), IndexError, "1099511627776");
  assertThrows(() => make([0, 1]), ShapeError, "3 images, but 2 labels");
  assertThrows(() => make(torch.zeros([3, 1])), ShapeError, "one dimension");
});

test("images of another shape or dtype, and missing names, are refused", () => {
  const good = {
    images: torch.zeros([2, 1, 2, 2], { dtype: "uint8" }),
    labels: [0, 0],
    classNames: ["a"],
  };
  const make = (parts: Partial<ImageDatasetParts>) => new ImageDataset({ ...good, ...parts });
  assertThrows(
    () => make({ images: torch.zeros([2, 4], { dtype: "uint8" }) }),
    ShapeError,
    "[2, 4]",
  );
  assertThrows(() => make({ images: torch.zeros([2, 1, 2, 2]) }), DTypeError, "float32");
  assertThrows(() => make({ classNames: [] }), ArgumentError, "classNames");
  for (const classes of [[[0, 2]], [[1, 1]], [[0, 0], [0, 1]], []] as [number, number][][]) {
    const sources = classes.map((range) => ({ name: "x", classes: range }));
    assertThrows(() => make({ sources }), ArgumentError, "sources");
  }
});

test("a dataset outlives scopes, and datasets made from it outlive it", () => {
  const dataset = torch.scope(() => numbered(6));
  const parts = torch.scope(() => [dataset.take(4), dataset.subset([5, 0]), dataset]);
  dataset.dispose();
  assertThrows(() => dataset.images.shape, DisposedError);
  assertEquals(numbersOf(parts[0].images), [0, 1, 2, 3]);
  assertEquals(numbersOf(parts[1].images), [5, 0]);
  for (const part of parts) part.dispose();
});

test("a subset has the images asked for, with their labels, in that order", () => {
  using dataset = numbered(7, { classes: 3 });
  using subset = dataset.subset([6, 1, 1, 5]);
  assertEquals(numbersOf(subset.images), [6, 1, 1, 5]);
  assertEquals(subset.labels.toArray(), [0, 1, 1, 2]);
  assertEquals(subset.classNames, dataset.classNames);
  using none = dataset.subset([]);
  assertEquals([none.length, none.images.shape], [0, [0, 1, 2, 2]]);
  using picked = dataset.subset(torch.tensor([2, 3], { dtype: "int64" }));
  assertEquals(numbersOf(picked.images), [2, 3]);
  assertThrows(() => dataset.subset([0, 7]), IndexError, "index 7 at place 1");
  assertThrows(() => dataset.subset([-1]), IndexError, "index -1 at place 0");
  assertThrows(() => dataset.subset([0.5]), ArgumentError, "index 0.5");
  assertThrows(() => none.subset([0]), IndexError, "nothing to choose from");
});

test("take gives the first images, without copying them", () => {
  using dataset = numbered(5, { size: 32 });
  const before = torch.memory().bytes;
  using taken = dataset.take(3);
  // The labels are copied.
  assert(torch.memory().bytes - before < 1000);
  assertEquals(numbersOf(taken.images), [0, 1, 2]);
  using all = dataset.take(9);
  assertEquals(all.length, 5);
  assertThrows(() => dataset.take(-1), ArgumentError, "-1");
  assertThrows(() => dataset.take(1.5), ArgumentError, "1.5");
});

test("split gives parts without an image in common, by seed", () => {
  using dataset = numbered(20);
  const parts = dataset.split([12, 5], { seed: 3 });
  const numbers = parts.map((part) => numbersOf(part.images));
  assertEquals(numbers.map((list) => list.length), [12, 5]);
  assertEquals(new Set(numbers.flat()).size, 17);
  for (const part of parts) {
    assertEquals(part.labels.toArray(), numbersOf(part.images).map((number) => number % 2));
  }
  const again = dataset.split([12, 5], { seed: 3 });
  const other = dataset.split([12, 5], { seed: 4 });
  assertEquals(again.map((part) => numbersOf(part.images)), numbers);
  assertNotEquals(other.map((part) => numbersOf(part.images)), numbers);
  for (const part of [...parts, ...again, ...other]) part.dispose();
  for (const sizes of [[21], [10, 11], [-1], [0.5], [NaN]]) {
    assertThrows(() => dataset.split(sizes), ArgumentError, "20 images");
  }
});

test("classes can be picked out, in the old label space or a new one", () => {
  using dataset = numbered(8, { classes: 4 });
  using old = dataset.ofClasses([3, 1]);
  assertEquals(numbersOf(old.images), [1, 3, 5, 7]);
  assertEquals(old.labels.toArray(), [1, 3, 1, 3]);
  assertEquals(old.numClasses, 4);
  using renumbered = dataset.ofClasses(["3", 1], { relabel: true, name: "odd" });
  assertEquals(renumbered.labels.toArray(), [0, 1, 0, 1]);
  assertEquals(renumbered.classNames, ["1", "3"]);
  assertEquals(renumbered.sources, [{ name: "numbered", classes: [0, 2] }]);
  assertEquals(renumbered.name, "odd");
  assertThrows(() => dataset.ofClasses([4]), ArgumentError, "no class 4");
  assertThrows(() => dataset.ofClasses(["x"]), ArgumentError, '"x"');
  assertThrows(() => dataset.ofClasses([]), ArgumentError, "at least one");
});

test("a balanced subset has as many of every class, by seed", () => {
  using dataset = numbered(40, { classes: 4 });
  using few = dataset.balancedSubset(3, 1);
  assertEquals(few.classCounts(), [3, 3, 3, 3]);
  const numbers = numbersOf(few.images);
  assertEquals(new Set(numbers).size, 12);
  assertEquals(few.labels.toArray(), numbers.map((number) => number % 4));
  using again = dataset.balancedSubset(3, 1);
  assertEquals(numbersOf(again.images), numbers);
  using other = dataset.balancedSubset(3, 2);
  assertNotEquals(numbersOf(other.images), numbers);
  using all = dataset.balancedSubset(10);
  assertEquals(all.length, 40);
  assertThrows(() => dataset.balancedSubset(11), ArgumentError, "class 0 (0) has 10 images");
  for (const bad of [0, -1, 1.5, NaN]) {
    assertThrows(() => dataset.balancedSubset(bad), ArgumentError, "perClass");
  }
  using some = dataset.ofClasses([0, 2]);
  using fewOfSome = some.balancedSubset(2);
  assertEquals(fewOfSome.classCounts(), [2, 0, 2, 0]);
});

test("a batch has images, labels and where they are from", () => {
  using dataset = numbered(6, { classes: 3 });
  using batch = dataset.batch(Int32Array.of(4, 2));
  assertEquals(numbersOf(batch.pixels), [4, 2]);
  assertEquals(batch.labels.toArray(), [1, 2]);
  assertEquals(batch.indices.toArray(), [4, 2]);
  assertThrows(() => dataset.batch(Int32Array.of(6)), IndexError, "index 6");
});

test("images are not copied when a dataset is made, and stay their owner's", () => {
  const images = torch.zeros([100, 1, 28, 28], { dtype: "uint8" });
  const before = torch.memory().bytes;
  using dataset = new ImageDataset({ images, labels: new Uint8Array(100), classNames: ["a"] });
  assert(torch.memory().bytes - before < 2000);
  images.dispose();
  assertEquals(dataset.images.shape, [100, 1, 28, 28]);
});
