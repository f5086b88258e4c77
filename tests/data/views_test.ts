// A loader as a source of pixels: variants of images, and what decides them.
import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { assertThrows } from "@std/assert";
import { ArgumentError, IndexError } from "../../src/base/errors.ts";
import { differencesOf, type Spec } from "../../src/base/spec.ts";
import {
  compose,
  type LabelledBatch,
  labelledSamples,
  Loader,
  type LoaderOptions,
  randomAffine,
  randomCrop,
  randomHorizontalFlip,
} from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { numbered } from "./images.ts";

const transform = compose(
  randomCrop(2),
  randomHorizontalFlip(),
  randomAffine({ degrees: 30 }),
);
const options: LoaderOptions = { batchSize: 5, seed: 3, transform, device };

/** The pixels of every image of an epoch, by its number. */
function byImage(batches: Iterable<LabelledBatch>): string[] {
  const images: string[] = [];
  for (using batch of batches) {
    batch.places().forEach((index, row) => {
      using image = batch.pixels.select(0, row);
      images[index] = image.data().join();
    });
  }
  return images;
}

test("with views an epoch shows a fixed variant of each image, in an order of its own", () => {
  using dataset = numbered(12, { size: 8 });
  const loader = new Loader(dataset, { ...options, shuffle: true, views: 3 });
  const [first, second, third, again] = [0, 1, 2, 3].map((epoch) => byImage(loader.epoch(epoch)));
  assertEquals(again, first);
  assertEquals(byImage(loader.epoch(7)), second);
  for (const other of [second, third]) {
    assert(other.filter((image, i) => image !== first[i]).length > 8);
  }
  assertEquals([0, 1, 2, 3, 7].map((epoch) => loader.variantOf(epoch)), [0, 1, 2, 0, 1]);
  const orders = new Set([0, 3, 6].map((epoch) => loader.order(epoch).join()));
  assertEquals(orders.size, 3);
  for (using batch of loader.epoch(4)) assertEquals(batch.origin?.variant, 1);
});

test("without views every epoch shows other ones, and begins like the variants", () => {
  using dataset = numbered(12, { size: 8 });
  const loader = new Loader(dataset, options);
  const fixed = new Loader(dataset, { ...options, views: 2 });
  const epochs = [0, 1, 2, 3, 4].map((epoch) => byImage(loader.epoch(epoch)));
  assertEquals(new Set(epochs.map((images) => images.join(";"))).size, 5);
  assertEquals(loader.views, null);
  assertEquals([0, 1].map((epoch) => byImage(fixed.epoch(epoch))), epochs.slice(0, 2));
});

test("views that cannot be used are refused", () => {
  using dataset = numbered(4);
  for (const views of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new Loader(dataset, { batchSize: 2, views }), ArgumentError, `got ${views}`);
  }
});

test("pixelsOf gives the rows of an epoch's batches, whatever the size of batches", async () => {
  using dataset = numbered(11, { size: 8 });
  for (const views of [undefined, 2]) {
    const whole = byImage(new Loader(dataset, { ...options, batchSize: 11, views }).epoch(5));
    for (const batchSize of [1, 4, 11]) {
      const loader = new Loader(dataset, { ...options, batchSize, shuffle: true, views });
      using some = loader.pixelsOf(Int32Array.of(9, 0, 4), loader.variantOf(5)) as LabelledBatch;
      assertEquals(some.places(), Int32Array.of(9, 0, 4));
      assertEquals(some.labels.toArray(), [1, 0, 0]);
      [9, 0, 4].forEach((index, row) => {
        using image = some.pixels.select(0, row);
        assertEquals(
          image.data().join(),
          whole[index],
          `image ${index} in batches of ${batchSize}`,
        );
      });
      assertStrictEquals(some.origin?.source, loader);
      assertEquals(some.origin?.variant, views === undefined ? 5 : 1);
      assertThrows(() => loader.pixelsOf(Int32Array.of(11), 0), IndexError);
    }
  }
  const late = new Loader(
    labelledSamples({
      length: 3,
      imageShape: [1, 2, 2],
      classNames: ["x"],
      get: (index) => Promise.resolve({ pixels: new Uint8Array(4).fill(index), label: 0 }),
    }),
    { batchSize: 2, device },
  );
  using waited = await late.pixelsOf(Int32Array.of(2, 1), 0);
  assertEquals(waited.pixels.toArray(), [2, 1].map((i) => [[[i, i], [i, i]]]));
  assertEquals(waited.origin?.source === late, true);
});

test("the spec of the pixels is of data, transform, seed and views, not of order and batches", async () => {
  using dataset = numbered(12, { size: 8 });
  using same = numbered(12, { size: 8, name: "same" });
  using other = numbered(12, { size: 8, classes: 3 });
  const specOf = (changed: Partial<LoaderOptions> = {}, from = dataset): Promise<Spec> =>
    new Loader(from, { ...options, ...changed }).pixelSpec();
  const spec = await specOf();
  const paths = async (now: Promise<Spec>) =>
    differencesOf(spec, await now).map(({ path }) => path);
  for (
    const changed of [
      { batchSize: 2 },
      { shuffle: true },
      { batchSize: 5, dropLast: true },
      { prefetch: 0 },
      { transform: compose(randomCrop(2), randomHorizontalFlip(), randomAffine({ degrees: 30 })) },
    ]
  ) {
    assertEquals(await paths(specOf(changed)), [], JSON.stringify(changed));
  }
  assertEquals(await paths(specOf({}, same)), []);
  assertEquals(await paths(specOf({ seed: 4 })), ["seed"]);
  assertEquals(await paths(specOf({ views: 2 })), ["views"]);
  const seen = async (now: Promise<Spec>, path: RegExp) => {
    const found = await paths(now);
    assert(found.length > 0 && found.every((one) => path.test(one)), `${path}: ${found}`);
  };
  const crop = compose(randomCrop(1), randomHorizontalFlip(), randomAffine({ degrees: 30 }));
  await seen(specOf({ transform: crop }), /^transform\b/);
  // Without one nothing is drawn from the seed.
  await seen(specOf({ transform: undefined }), /^(transform|seed)\b/);
  await seen(specOf({}, other), /^dataset\.(labels|classNames)/);
  using swapped = dataset.subset([1, 0, ...Array.from({ length: 10 }, (_, i) => i + 2)]);
  await seen(specOf({}, swapped), /^dataset\./);
  // Of a function only what it does is known.
  const doubled = (pixels: torch.Tensor) => pixels.float().div(510);
  const halved = (pixels: torch.Tensor) => pixels.float().div(500);
  const [one, two] = [await specOf({ transform: doubled }), await specOf({ transform: halved })];
  assertEquals(differencesOf(one, await specOf({ transform: doubled, batchSize: 3 })), []);
  assert(differencesOf(one, two).length > 0);
  const noise = (pixels: torch.Tensor) => torch.rand(pixels.shape, { device });
  assertEquals((await specOf({ transform: noise }) as Record<string, Spec>).transform, null);
  assertNotEquals(one, spec);
});
