/** Data sets as recipes name them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import type { ImageDataset } from "../../src/data/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
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
