/** Data sets as recipes name them. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import type { ImageDataset, ImageFiles } from "../../src/data/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import { grayPng, withFiles } from "../data/images/pictures.ts";
import { test } from "../helpers.ts";
import { digits } from "./small_recipes.ts";

/** Opens an entry as a recipe resolves it. */
async function open(opener: DataOpener, entry: runs.DataRecipe): Promise<ImageDataset> {
  const { data } = runs.resolveRecipe({ data: { train: entry }, student: "SmallCnn", epochs: 1 });
  return await opener.open(data.train, "data.train") as unknown as ImageDataset;
}

const photographs = { dataset: "cifar10", split: "test", select: [{ take: 20 }] } as const;

test("data sets of different shapes are joined at the size and in the channels that are said", async () => {
  using opener = new DataOpener();
  const join = [digits({ take: 30 }), photographs];
  const joined = await open(opener, { join, size: 24, channels: 3 });
  assertEquals([joined.length, joined.numClasses, joined.imageShape], [50, 20, [3, 24, 24]]);
  const gray = await open(opener, { join, size: [32, 32], channels: 1 });
  assertEquals(gray.imageShape, [1, 32, 32]);
  const one = await open(opener, { join: [digits({ take: 3 })], size: 32, channels: 3 });
  assertEquals([one.imageShape, one.classNames.length], [[3, 32, 32], 10]);
  const twice = await open(opener, {
    concatenate: [digits({ take: 3 }), digits({ take: 4 })],
    size: 14,
  });
  assertEquals([twice.length, twice.imageShape], [7, [1, 14, 14]]);
  await assertRejects(() => open(opener, { join }), ShapeError, "size and channels");
});

test("coarse classes and wrong labels are selections, in whatever order groups are named", async () => {
  using opener = new DataOpener();
  const coarse = (groups: Record<string, string[]>) =>
    open(opener, digits({ take: 100 }, { coarse: groups, name: "parity" }));
  const some = await coarse({ odd: ["1", "3"], even: ["0", "2"] });
  const same = await coarse({ even: ["0", "2"], odd: ["1", "3"] });
  assertEquals([some.name, some.classNames], ["parity", ["even", "odd"]]);
  const labels = (of: ImageDataset) => Array.from(of.labels.data() as BigInt64Array, Number);
  assertEquals(labels(some), labels(same));
  const right = await open(opener, digits({ take: 100 }));
  const wrong = await open(opener, digits({ take: 100 }, { mislabel: 0.3, to: "next", seed: 1 }));
  const changed = labels(wrong).filter((label, i) => label !== labels(right)[i]);
  assertEquals(changed.length, 30);
  assert(labels(wrong).every((label, i) => [0, 1, -9].includes(label - labels(right)[i])));
});

test("few labels and the rest of the images, or a test part and the rest, are selections", async () => {
  using opener = new DataOpener();
  const labels = (of: ImageDataset) => Array.from(of.labels.data() as BigInt64Array, Number);
  const few = { perClass: 3, seed: 4 };
  const labelled = await open(opener, digits({ take: 300 }, few));
  const rest = await open(opener, digits({ take: 300 }, { rest: few }));
  const all = await open(opener, digits({ take: 300 }));
  assertEquals([labelled.length, rest.length], [30, 270]);
  const sums = (of: ImageDataset) => Array.from({ length: 10 }, (_, i) => of.classCounts()[i]);
  assertEquals(sums(all), sums(rest).map((count) => count + 3));
  assertEquals(labels(labelled).toSorted(), labels(labelled).map((_, i) => Math.floor(i / 3)));
  const tenth = { fraction: 0.1 };
  const [part, others] = [
    await open(opener, digits({ take: 300 }, tenth)),
    await open(opener, digits({ take: 300 }, { rest: tenth })),
  ];
  assertEquals(part.length + others.length, 300);
  await assertRejects(
    () => open(opener, digits({ listed: "some.txt" })),
    ArgumentError,
    "listed cannot be selected from this kind of data set",
  );
  await assertRejects(
    () => open(opener, digits({ rest: { take: 3 } } as unknown as runs.SelectionRecipe)),
    ArgumentError,
    "must be an object with one of perClass, fraction, listed",
  );
});

test("the published lists of 1 % name the labelled images of a folder, and the rest", async () => {
  const files = {
    "train/n01440764/n01440764_10026.JPEG": grayPng(10),
    "train/n01440764/n01440764_10027.JPEG": grayPng(11),
    "train/n01443537/n01443537_2.JPEG": grayPng(20),
    "1percent.txt": "n01443537_2.JPEG\nn01440764_10027.JPEG\n",
  };
  await withFiles(files, async (root) => {
    using opener = new DataOpener();
    const select = (select: runs.SelectionRecipe): runs.DataRecipe => (
      { folder: `${root}/train`, workers: 0, select: [select] }
    );
    const list = { listed: `${root}/1percent.txt` };
    const labelled = await open(opener, select(list)) as unknown as ImageFiles;
    assertEquals([...labelled.labels], [1, 0]);
    const rest = await open(opener, select({ rest: list })) as unknown as ImageFiles;
    assertEquals([rest.length, rest.path(0)], [1, `${root}/train/n01440764/n01440764_10026.JPEG`]);
  });
});

test("images that lack some of the classes get the labels that these have, found by name", async () => {
  const files = {
    "test/Cup/1.png": grayPng(1),
    "test/Mug/2.png": grayPng(2),
    "list.txt": "test/Mug/2.png 0\ntest/Cup/1.png 1\n",
  };
  await withFiles(files, async (root) => {
    using opener = new DataOpener();
    const learned = ["Bed", "Cup", "Mug"];
    const labels = async (recipe: runs.DataRecipe, learned: readonly string[]) => {
      const found = await opener.labelled(recipe, "data.test", learned) as unknown as ImageFiles;
      return [found.classNames, [...found.labels]];
    };
    const folder = { folder: `${root}/test`, workers: 0 };
    assertEquals(await labels(folder, learned), [learned, [1, 2]]);
    assertEquals(await labels({ list: `${root}/list.txt`, workers: 0 }, learned), [
      learned,
      [2, 1],
    ]);
    // One that is none of them stays, for whoever compares.
    assertEquals(await labels(folder, ["Bed", "Cup"]), [["Cup", "Mug"], [0, 1]]);
    const mugs = { ...folder, select: [{ classes: ["Mug"], relabel: true }] };
    assertEquals(await labels(mugs, learned), [["Mug"], [0]]);
    using photos = new data.ImageFolder(`${root}/test`, { workers: 0 });
    assertThrows(() => photos.withClasses(["Cup"]), ArgumentError, '"Mug" is none of the classes');
  });
});

test("a domain of several is a source: its folders, or its list of a split", async () => {
  const files = {
    "Art/Bed/1.png": grayPng(1),
    "Art/Cup/2.png": grayPng(2),
    "Photo/Bed/3.png": grayPng(3),
    "Photo/Cup/4.png": grayPng(4),
    "Photo_test.txt": "Photo/Cup/4.png 1\n",
    "Photo_train.txt": "Photo/Bed/3.png 0\n",
  };
  await withFiles(files, async (root) => {
    using opener = new DataOpener();
    const domain = async (entry: Partial<runs.DomainRecipe>) => {
      const whole = { domains: root, domain: "Photo", workers: 0, ...entry };
      const { classNames, labels } = await open(opener, whole) as unknown as ImageFiles;
      return [classNames, [...labels]];
    };
    const classes = ["Bed", "Cup"];
    assertEquals(await domain({ domain: "Art" }), [classes, [0, 1]]);
    assertEquals(await domain({ split: "test" }), [classes, [1]]);
    assertEquals(await domain({ lists: root, among: ["Photo"] }), [classes, [1, 0]]);
    await assertRejects(() => domain({ domain: "Foto" }), ArgumentError, 'did you mean "Photo"?');
    await assertRejects(
      () => open(opener, { domains: root } as unknown as runs.DataRecipe),
      ArgumentError,
      "data.train.domain",
    );
  });
});

test("corrupted images are a selection", async () => {
  using opener = new DataOpener();
  const clean = await open(opener, photographs);
  const select = [{ take: 20 }, { corrupt: "contrast" as const, severity: 5 }];
  const gray = await open(opener, { ...photographs, select });
  const spread = (of: ImageDataset) => of.images.to("float32").std().item() as number;
  assert(spread(gray) < spread(clean) / 2);
  assertEquals(gray.classNames, clean.classNames);
});

test("what several choose from is divided once", async () => {
  using opener = new DataOpener();
  const pool = { split: [200, 9000], part: 1 } as const;
  const [first, second] = [
    await open(opener, digits(pool, { perClass: 5, seed: 1 })),
    await open(opener, digits(pool, { perClass: 5, seed: 2 })),
  ];
  assert(first !== second);
  assert(await open(opener, digits(pool)) === await open(opener, digits(pool)));
  assert(await open(opener, digits(pool, { perClass: 5, seed: 1 })) === first);
});

Deno.test("whether teachers are measured decides nothing of the student", async () => {
  const { recipeFingerprint } = await import("../../src/runs/fingerprint.ts");
  const of = (evaluation: runs.EvaluationRecipe) =>
    recipeFingerprint(
      runs.resolveRecipe({
        data: { train: digits() },
        student: "SmallCnn",
        epochs: 1,
        evaluation,
      }),
    );
  assertEquals(of({ teachers: false }), of({}));
  assert(of({ every: 2 }) !== of({}));
});
