import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  compose,
  type Dataset,
  type LabelledBatch,
  Loader,
  type LoaderOptions,
  normalize,
  randomAffine,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  shuffledOrder,
} from "../../src/data/mod.ts";
import { ArgumentError, DeviceError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { numbered, numbersOf } from "./images.ts";

/** Numbers of the images of each batch. */
function indicesOf(batches: Iterable<LabelledBatch>): number[][] {
  return Array.from(batches, (batch) => {
    const indices = batch.indices.toArray() as number[];
    batch.dispose();
    return indices;
  });
}

test("batches come in order, the last one smaller, or not at all with dropLast", () => {
  using dataset = numbered(10);
  const loader = new Loader(dataset, { batchSize: 4, device });
  assertEquals([loader.length, loader.epoch(0).length], [3, 3]);
  assertEquals(indicesOf(loader.epoch(0)), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]);
  const whole = new Loader(dataset, { batchSize: 4, dropLast: true, device });
  assertEquals(indicesOf(whole.epoch(0)), [[0, 1, 2, 3], [4, 5, 6, 7]]);
  const large = new Loader(dataset, { batchSize: 64, device });
  assertEquals(indicesOf(large.epoch(0)), [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

test("a batch has float32 images on the device, with the right labels and indices", () => {
  using dataset = numbered(20, { classes: 3, size: 2 });
  const loader = new Loader(dataset, { batchSize: 8, shuffle: true, seed: 5, device });
  const seen: number[] = [];
  for (using batch of loader.epoch(2)) {
    assertEquals([batch.images.dtype, batch.labels.dtype], ["float32", "int64"]);
    assertEquals(batch.images.device.split(":")[0], device.split(":")[0]);
    assertEquals(batch.labels.device, batch.images.device);
    assertEquals(batch.indices.device, "cpu");
    const indices = batch.indices.toArray() as number[];
    assertClose(batch.images.select(1, 0).select(1, 1).select(1, 1), indices.map((i) => i / 255));
    assertEquals(batch.labels.toArray(), indices.map((i) => i % 3));
    seen.push(...indices);
  }
  assertEquals(seen, [...shuffledOrder(20, 5, 2)]);
});

test("the order depends on seed and epoch, not on torch's random numbers", () => {
  using dataset = numbered(30);
  const make = (seed: number) => new Loader(dataset, { batchSize: 7, shuffle: true, seed, device });
  const loader = make(1);
  torch.manualSeed(1);
  const first = indicesOf(loader.epoch(0));
  const second = indicesOf(loader.epoch(1));
  const state = torch.getRngState().data();
  torch.manualSeed(99);
  assertEquals(indicesOf(make(1).epoch(1)), second);
  assertEquals(indicesOf(loader.epoch(0)), first);
  assertNotEquals(second, first);
  assertNotEquals(indicesOf(make(2).epoch(0)), first);
  torch.manualSeed(1);
  // Nor do they change torch's.
  assertEquals(torch.getRngState().data(), state);
});

test("an epoch resumed in the middle goes on with exactly the batches left", () => {
  using dataset = numbered(50, { size: 6 });
  const options: LoaderOptions = {
    batchSize: 8,
    shuffle: true,
    seed: 3,
    device,
    transform: compose(
      randomCrop(1),
      randomHorizontalFlip(),
      randomErasing(),
      randomAffine({ degrees: 20, shift: 0.1, scale: [0.9, 1.1], shear: 5 }),
      normalize(0.1, 0.3),
    ),
  };
  const all = Array.from(new Loader(dataset, options).epoch(4));
  assertEquals(all.length, 7);
  for (const from of [0, 1, 5, 7]) {
    const rest = Array.from(new Loader(dataset, options).epoch(4, { from }));
    assertEquals(rest.length, 7 - from);
    rest.forEach((batch, i) => {
      assert(batch.images.equal(all[from + i].images), `batch ${from + i} from ${from}`);
      assertEquals(batch.indices.toArray(), all[from + i].indices.toArray());
    });
  }
  using other = new Loader(dataset, { ...options, seed: 4, shuffle: false }).batch(
    4,
    0,
  ) as LabelledBatch;
  using same = new Loader(dataset, { ...options, seed: 5, shuffle: false }).batch(
    4,
    0,
  ) as LabelledBatch;
  assertEquals(other.indices.toArray(), same.indices.toArray());
  assert(!other.images.equal(same.images));
});

test("random transforms differ from image to image and from epoch to epoch", () => {
  using dataset = numbered(4, { size: 8 });
  using equal = dataset.subset([3, 3, 3, 3, 3, 3, 3, 3]);
  const loader = new Loader(equal, { batchSize: 4, transform: randomCrop(4), device });
  const seen = new Set<string>();
  for (const epoch of [0, 1, 2]) {
    for (const batch of loader.epoch(epoch)) seen.add(batch.images.data().join());
  }
  assertEquals(seen.size, 6);
});

test("an image of an epoch is the same in batches of any size, shuffled or not", () => {
  using dataset = numbered(32, { size: 8 });
  const transform = compose(
    randomCrop(2),
    randomHorizontalFlip(),
    randomErasing(),
    randomAffine({ degrees: 30 }),
  );
  const pixels = (options: Partial<LoaderOptions>, epoch: number): string[] => {
    const images: string[] = [];
    const loader = new Loader(dataset, { batchSize: 32, seed: 3, transform, device, ...options });
    for (using batch of loader.epoch(epoch)) {
      const indices = batch.indices.toArray() as number[];
      indices.forEach((index, row) => {
        using image = batch.images.select(0, row);
        images[index] = image.data().join();
      });
    }
    return images;
  };
  const whole = pixels({}, 5);
  for (const batchSize of [1, 3, 7]) {
    for (const shuffle of [false, true]) {
      assertEquals(pixels({ batchSize, shuffle }, 5), whole, `${batchSize}, shuffled ${shuffle}`);
    }
  }
  for (
    const [other, name] of [[pixels({}, 6), "epoch"], [pixels({ seed: 4 }, 5), "seed"]] as const
  ) {
    assert(other.filter((image, i) => image !== whole[i]).length > 28, name);
  }
});

test("iterating the loader itself goes from epoch to epoch", () => {
  using dataset = numbered(9);
  const options = { batchSize: 4, shuffle: true, device };
  const loader = new Loader(dataset, options);
  const numbers = [indicesOf(loader), indicesOf(loader)];
  assertEquals(
    numbers,
    [0, 1].map((epoch) => indicesOf(new Loader(dataset, options).epoch(epoch))),
  );
  assertEquals(loader.nextEpoch, 2);
});

test("a batch stays what it is after the loader went on and the dataset is gone", () => {
  const dataset = numbered(6);
  const loader = new Loader(dataset, { batchSize: 3, device });
  const batches = [...loader.epoch(0)];
  dataset.dispose();
  assertEquals(batches.map((batch) => numbersOf(batch.images.mul(255).round())), [[0, 1, 2], [
    3,
    4,
    5,
  ]]);
});

test("one batch costs its three tensors, and nothing is left behind", () => {
  using dataset = numbered(12, { size: 4 });
  const transforms = [
    undefined,
    normalize(0, 1),
    (images: torch.Tensor) => images,
    (images: torch.Tensor) => images.float(),
    (images: torch.Tensor) => images.narrow(2, 0, 2),
  ];
  for (const transform of transforms) {
    const loader = new Loader(dataset, { batchSize: 5, transform, device });
    // What a card keeps for all batches.
    for (using _ of loader.epoch(0)) break;
    const before = torch.memory().tensors;
    for (const batch of loader.epoch(0)) {
      assertEquals(torch.memory().tensors - before, 3);
      batch.dispose();
    }
    assertEquals(torch.memory().tensors, before);
    for (const batch of loader.epoch(0)) {
      batch.dispose();
      break;
    }
    assertEquals(torch.memory().tensors, before);
  }
});

test("a batch taken in a scope ends with it, unless it is kept", () => {
  using dataset = numbered(4);
  const loader = new Loader(dataset, { batchSize: 2, device });
  const [lost, kept] = torch.scope(() => {
    const batches = [...loader.epoch(0)];
    batches[1].keep();
    return new Set(batches);
  });
  assert(lost.pixels.isDisposed && lost.labels.isDisposed && lost.indices.isDisposed);
  assertEquals(kept.images.shape, [2, 1, 2, 2]);
  kept.dispose();
});

test("options that cannot be used are refused", () => {
  using dataset = numbered(3);
  using empty = dataset.take(0);
  const make = (options: LoaderOptions) => new Loader(dataset, options);
  for (const batchSize of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => make({ batchSize }), ArgumentError, `batchSize`);
  }
  assertThrows(() => new Loader(empty, { batchSize: 1 }), ArgumentError, "empty");
  assertThrows(() => make({ batchSize: 4, dropLast: true }), ArgumentError, "batch of 4");
  for (const seed of [-1, 0.5, NaN]) {
    assertThrows(() => make({ batchSize: 1, seed }), ArgumentError, "seed");
  }
  for (const prefetch of [-1, 0.5]) {
    assertThrows(() => make({ batchSize: 1, prefetch }), ArgumentError, "prefetch");
  }
  assertThrows(
    () => make({ batchSize: 1, device: "gpu" as torch.Device }),
    DeviceError,
    '"gpu"',
  );
  const loader = make({ batchSize: 2 });
  for (const epoch of [-1, 0.5, NaN]) {
    assertThrows(() => loader.epoch(epoch), ArgumentError, "epoch");
    assertThrows(() => loader.batch(epoch, 0), ArgumentError, "epoch");
  }
  for (const from of [-1, 3, 0.5]) {
    assertThrows(() => loader.epoch(0, { from }), ArgumentError, "begin");
  }
  for (const batch of [-1, 2, 0.5]) {
    assertThrows(() => loader.batch(0, batch), ArgumentError, "no batch");
  }
});

test("a transform that fails or gives something else leaves no tensors behind", () => {
  using dataset = numbered(4);
  const failure = new Error("on purpose");
  const cases: [LoaderOptions["transform"], new (message: string) => Error, string][] = [
    [
      () => {
        throw failure;
      },
      Error,
      "on purpose",
    ],
    [(images) => images.narrow(0, 0, 1), ShapeError, "batch of 2"],
    [(images) => images.long(), DTypeError, "int64"],
    [normalize([0, 0], [1, 1]), ShapeError, "2 means"],
  ];
  for (const [transform, type, message] of cases) {
    const loader = new Loader(dataset, { batchSize: 2, transform, device });
    const before = torch.memory().tensors;
    assertThrows(() => loader.batch(0, 0), type, message);
    assertEquals(torch.memory().tensors, before);
  }
});

test("uint8 images without a transform become 0 to 1", () => {
  using dataset = numbered(4);
  using batch = new Loader(dataset, { batchSize: 4, device }).batch(0, 0) as LabelledBatch;
  assertClose(batch.images.select(1, 0).select(1, 0).select(1, 0), [0, 1 / 255, 2 / 255, 3 / 255]);
});

test("the orders of two epochs are kept, so that single batches are cheap", () => {
  using dataset = numbered(4);
  const loader = new Loader(dataset, { batchSize: 2, shuffle: true });
  const [first, second] = [loader.order(0), loader.order(1)];
  assertStrictEquals(loader.order(0), first);
  assertStrictEquals(loader.order(1), second);
  loader.order(2);
  assertEquals(loader.order(0), first);
});

test("a dataset that gives too few images is found out", () => {
  using dataset = numbered(4);
  const liar: Dataset<LabelledBatch> = {
    length: 4,
    batch: (indices) => dataset.batch(indices.subarray(1)),
  };
  assertThrows(() => new Loader(liar, { batchSize: 2 }).batch(0, 0), ShapeError, "batch of 2");
});
