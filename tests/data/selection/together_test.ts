// Several data sets as one, of every kind: in one label space, or of the same classes.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, IndexError, ShapeError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, tar, withFiles } from "../images/pictures.ts";
import { batchOf, end, type Labelled, numbersIn, type Unlabelled, withKinds } from "./kinds.ts";

// What a caller without types can do.
const join = data.joinDatasets as (sets: unknown, options?: data.JoinOptions) => Labelled;
const concatenate = data.concatenateDatasets as (
  sets: unknown,
  options?: data.JoinOptions,
) => Labelled;
const concatenateImages = data.concatenateDatasets as (sets: readonly unknown[]) => Unlabelled;

const small = { labels: [0, 0, 1], classNames: ["ant", "bee"] };

test("joined data sets of every kind give the labels of one space, and know their sources", () =>
  withKinds((open, kind) =>
    withKinds(async (openOther, other) => {
      if (kind !== other) return;
      const [first, second] = [open("first"), openOther("second")];
      const both = join([first, second]);
      assertEquals(both.classNames, ["ant", "first: bee", "second: bee", "wasp"], kind);
      assertEquals(await batchOf(both), {
        numbers: [0, 1, 2, 50, 51],
        labels: [0, 0, 1, 3, 3],
      });
      assertEquals(await batchOf(both, [4, 1]), { numbers: [51, 1], labels: [3, 0] });
      assertEquals(both.sources, [
        { name: "first", classes: [0, 2] },
        { name: "second", classes: [2, 4] },
      ]);
      assertEquals([both.name, both.sourceOf(2), both.classCounts()], [
        "first + second",
        1,
        [2, 1, 0, 2],
      ]);
      const wasps = both.ofClasses(["wasp"], { relabel: true });
      assertEquals(await batchOf(wasps), { numbers: [50, 51], labels: [0, 0] });
      assertEquals(wasps.sources, [{ name: "second", classes: [0, 1] }]);
      assertThrows(() => join([first, first]), ArgumentError, 'named "first"');
      assertThrows(() => both.sourceOf(4), ArgumentError, "no class 4");
      end(first, second, both, wasps);
    }, { labels: [1, 1], classNames: ["bee", "wasp"], first: 50 }), small));

test("concatenated data sets of every kind keep their classes, and the parts of a split give the whole", () =>
  withKinds(async (open, kind) => {
    const whole = open("whole");
    const parts: Labelled[] = whole.split([2, 1], { seed: 4 });
    const again = concatenate(parts);
    const [a, b] = await Promise.all(parts.map((part) => batchOf(part)));
    assertEquals(await batchOf(again), {
      numbers: [...a.numbers, ...b.numbers],
      labels: [...a.labels, ...b.labels],
    }, kind);
    assertEquals([again.name, again.classNames, again.sources], [
      "whole",
      ["ant", "bee"],
      whole.sources,
    ]);
    const bare = parts.map((part) => part.unlabelled());
    const images = concatenateImages(bare);
    assertEquals((await numbersIn(images)).toSorted(), [0, 1, 2]);
    assertEquals((await batchOf(images)).labels, []);
    assertThrows(() => concatenate([whole, bare[0]]), ArgumentError, "all with labels, or all");
    end(whole, ...parts, again, ...bare, images);
  }, small));

test("sources of the same classes go together by place", () => {
  const make = (name: string, sources?: data.DatasetSource[]) => {
    const images = torch.zeros([2, 1, 2, 2], { dtype: "uint8" });
    return new data.ImageDataset({ images, labels: [0, 2], classNames: [..."abc"], name, sources });
  };
  const split = (at: number, names: string[]): data.DatasetSource[] => [
    { name: names[0], classes: [0, at] },
    { name: names[1], classes: [at, 3] },
  ];
  using train = make("train", split(2, ["digits", "clothes"]));
  using test = make("test", split(2, ["digits", "shoes"]));
  using both = data.concatenateDatasets([train, test]);
  assertEquals(both.sources, split(2, ["digits", "clothes + shoes"]));
  using other = make("other", split(1, ["x", "y"]));
  using mixed = data.concatenateDatasets([train, other], { name: "mixed" });
  assertEquals(mixed.sources, [{ name: "mixed", classes: [0, 3] }]);
});

test("classes that differ are listed", () => {
  const make = (name: string, classNames: string[]) => {
    const images = torch.zeros([1, 1, 2, 2], { dtype: "uint8" });
    return new data.ImageDataset({ images, labels: [0], classNames, name });
  };
  using a = make("a", ["cat", "dog", "owl"]);
  using fewer = make("fewer", ["cat", "owl"]);
  using other = make("other", ["cat", "fox", "owl", "elk"]);
  using turned = make("turned", ["cat", "owl", "dog"]);
  using many = make("many", Array.from({ length: 9 }, (_, i) => `c${i}`));
  const cases: [data.ImageDataset, string][] = [
    [fewer, 'in the same order: only a has "dog".'],
    [other, 'only a has "dog"; only other has "fox", "elk".'],
    [turned, 'class 1 is "dog" in a, but "owl" in turned; class 2 is "owl" in a, but "dog"'],
    [many, 'only many has "c0", "c1", "c2", "c3", "c4" and 4 more. Open both'],
  ];
  for (const [set, message] of cases) {
    assertThrows(() => data.concatenateDatasets([a, set]), ArgumentError, message);
  }
});

test("data sets of several kinds, of other shapes or other reading are refused with the remedy", async () => {
  const files = {
    "x/ant/1.png": grayPng(1),
    "y/ant/2.png": grayPng(2),
    "z.tar": tar([["3.png", grayPng(3)], ["3.cls", "ant"]]),
  };
  await withFiles(files, async (root) => {
    const part = { kind: "whole", size: 2 } as const;
    using x = new data.ImageFolder(`${root}/x`, { part, workers: 0, name: "x" });
    using y = new data.ImageFolder(`${root}/y`, { workers: 0, name: "y" });
    using turned = new data.ImageFolder(`${root}/y`, { part, workers: 1, orient: true, name: "t" });
    using z = new data.TarShards(`${root}/z.tar`, { part, workers: 2, name: "z" });
    using memory = new data.ImageDataset({
      images: torch.zeros([1, 3, 2, 2], { dtype: "uint8" }),
      labels: [0],
      classNames: ["ant"],
    });
    for (const make of [join, concatenate]) {
      assertThrows(() => make([]), ArgumentError, "There are no datasets to");
      assertThrows(() => make([x, memory]), ArgumentError, "ImageFolder and ImageDataset");
      assertThrows(() => make([x, null]), ArgumentError, "ImageFolder and null");
      assertThrows(() => make([x, y]), ShapeError, "part is ");
      assertThrows(() => make([x, turned]), ArgumentError, "orient is left out in the first");
      assertThrows(() => make([x, z], { size: 4 }), ArgumentError, "part: {");
    }
    // A folder and a tar file go together, whatever their threads.
    using both = data.concatenateDatasets([x, z]);
    assertEquals(await batchOf(both), { numbers: [1, 3], labels: [0, 0] });
    assertEquals([both.path(0), both.path(1)], [`${root}/x/ant/1.png`, `${root}/z.tar: 3.png`]);
    using all = data.joinDatasets([x, y, turned], { part, orient: true, name: "all" });
    assertEquals([all.imageShape, all.name], [[3, 2, 2], "all"]);
    assertEquals(await batchOf(all), { numbers: [1, 2, 2], labels: [0, 1, 2] });
  });
  const sample = (size: number) =>
    data.labelledSamples({
      length: 1,
      imageShape: [1, size, size],
      classNames: ["a"],
      name: `s${size}`,
      get: () => ({ pixels: new Uint8Array(size * size), label: 0 }),
    });
  assertThrows(
    () => data.joinDatasets([sample(1), sample(2)]),
    ShapeError,
    "s1 has 1 x 1 x 1, s2 has 1 x 2 x 2",
  );
  const joined = data.joinDatasets([
    sample(2),
    data.labelledSamples({
      length: 2,
      imageShape: [1, 2, 2],
      classNames: ["b"],
      name: "late",
      get: (index) => index === 1 ? Promise.reject(new RangeError("gone")) : sampleOf(7),
    }),
  ]);
  await assertRejects(async () => await joined.batch(Int32Array.of(0, 2)), RangeError, "gone");
  assertThrows(() => joined.balancedSubset(1), ArgumentError, "labels of all images");
});

function sampleOf(label: number): data.LabelledSample {
  return { pixels: new Uint8Array(4), label };
}

test("a bad label of joined samples is not taken for another set's class", async () => {
  const make = (name: string, label: number) =>
    data.labelledSamples({
      length: 1,
      imageShape: [1, 2, 2],
      classNames: [name],
      name,
      get: () => sampleOf(label),
    });
  const joined = data.joinDatasets([make("a", 1), make("b", 0)]);
  await assertRejects(async () => await joined.batch(Int32Array.of(0)), IndexError, "a: label 1");
});
