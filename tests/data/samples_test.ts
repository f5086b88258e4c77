// Images that have to be waited for: order, prefetching, errors, early ends.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type LabelledBatch,
  labelledSamples,
  Loader,
  type LoaderOptions,
  shuffledOrder,
  unlabelledSamples,
} from "../../src/data/mod.ts";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { numbersOf } from "./images.ts";

/** Slow images, whose pixels are their number; counts what is under way. */
function slow(count: number, { fail = -1, wait = 0 } = {}) {
  const state = { started: 0, done: 0 };
  const dataset = labelledSamples({
    length: count,
    imageShape: [1, 2, 2],
    classNames: ["even", "odd"],
    async get(index: number) {
      state.started++;
      await new Promise((resolve) => setTimeout(resolve, wait));
      state.done++;
      if (index === fail) throw new RangeError(`image ${index} is damaged`);
      return { pixels: new Uint8Array(4).fill(index), label: index % 2 };
    },
  });
  return { dataset, state };
}

const nothingLeft = { sanitizeOps: true };

test("samples become batches, in order, with their labels", async () => {
  for (const prefetch of [0, 1, 5]) {
    const { dataset } = slow(10);
    const loader = new Loader(dataset, { batchSize: 4, shuffle: true, prefetch, device });
    const seen: number[] = [];
    for await (using batch of loader.epoch(1)) {
      using scope = torch.scope();
      const indices = batch.indices.toArray() as number[];
      assertEquals(numbersOf(batch.images.mul(255).round()), indices);
      assertEquals(batch.labels.toArray(), indices.map((i) => i % 2));
      seen.push(...indices);
      scope.dispose();
    }
    assertEquals(seen, [...shuffledOrder(10, 0, 1)]);
  }
}, nothingLeft);

test("pixels come in the order row, column, channel", async () => {
  const dataset = unlabelledSamples({
    length: 1,
    imageShape: [3, 1, 2],
    get: () => Promise.resolve({ pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) }),
  });
  using batch = await dataset.batch(Int32Array.of(0));
  assertEquals(batch.pixels.toArray(), [[[[1, 4]], [[2, 5]], [[3, 6]]]]);
});

test("no more than the prefetched batches are begun ahead", async () => {
  const { dataset, state } = slow(40);
  const loader = new Loader(dataset, { batchSize: 4, prefetch: 2, device });
  let taken = 0;
  for await (using _ of loader.epoch(0)) {
    taken++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    assertEquals(state.started, Math.min(40, 4 * (taken + 2)));
    assertEquals(state.done, state.started, "read while the batch was in use");
  }
  assertEquals(taken, 10);
}, nothingLeft);

test("an epoch that is left early waits for what was begun, and frees it", async () => {
  const { dataset, state } = slow(40, { wait: 2 });
  const loader = new Loader(dataset, { batchSize: 4, prefetch: 3, device });
  for await (using _ of loader.epoch(0)) break;
  assertEquals([state.started, state.done], [16, 16]);
}, nothingLeft);

test("an error comes when its batch is due, and frees what was made ahead", async () => {
  for (const fail of [0, 9, 13]) {
    const { dataset } = slow(16, { fail });
    const loader = new Loader(dataset, { batchSize: 4, prefetch: 3, device });
    let taken = 0;
    await assertRejects(
      async () => {
        for await (using _ of loader.epoch(0)) taken++;
      },
      RangeError,
      `image ${fail}`,
    );
    assertEquals(taken, Math.floor(fail / 4));
  }
}, nothingLeft);

test("batches waited for belong to no scope", async () => {
  const { dataset } = slow(4);
  const loader = new Loader(dataset, { batchSize: 2, device });
  const iterator = loader.epoch(0)[Symbol.asyncIterator]();
  const scope = torch.scope();
  const first = iterator.next();
  scope.dispose();
  using batch = (await first).value as LabelledBatch;
  assertEquals(batch.images.shape, [2, 1, 2, 2]);
  await iterator.return();
});

test("images in memory can be waited for too, and are not made ahead", async () => {
  let made = 0;
  const dataset = labelledSamples({
    length: 6,
    imageShape: [1, 1, 1],
    classNames: ["a"],
    get(index) {
      made++;
      return { pixels: Uint8Array.of(index), label: 0 };
    },
  });
  const loader = new Loader(dataset, { batchSize: 2, prefetch: 2, device });
  let taken = 0;
  for await (using batch of loader) {
    assertEquals(numbersOf(batch.indices), [2 * taken, 2 * taken + 1]);
    taken++;
    assertEquals(made, 2 * taken);
  }
  for (using again of loader.epoch(0)) assertEquals(again.images.shape, [2, 1, 1, 1]);
});

test("iterating without waiting over images to be waited for is an error, not a leak", async () => {
  const { dataset } = slow(4);
  const loader = new Loader(dataset, { batchSize: 2, device });
  assertThrows(() => [...loader.epoch(0)], ArgumentError, "for await");
  await new Promise((resolve) => setTimeout(resolve, 5));
}, nothingLeft);

test("samples that do not fit are refused by number", async () => {
  const make = (sample: { pixels: Uint8Array; label: number }) =>
    labelledSamples({
      length: 3,
      imageShape: [1, 2, 2],
      classNames: ["a", "b"],
      get: (index) =>
        Promise.resolve(index === 2 ? sample : { pixels: new Uint8Array(4), label: 0 }),
    });
  const indices = Int32Array.of(1, 2);
  const cases: [{ pixels: Uint8Array; label: number }, new () => Error, string][] = [
    [{ pixels: new Uint8Array(3), label: 0 }, ShapeError, "Image 2 has 3 values"],
    [{ pixels: new Uint8Array(4), label: NaN }, ArgumentError, "Label NaN of image 2"],
    [{ pixels: new Uint8Array(4), label: 2 }, IndexError, "Label 2 of image 2"],
  ];
  for (const [sample, type, message] of cases) {
    await assertRejects(async () => await make(sample).batch(indices), type, message);
  }
  const good = make({ pixels: new Uint8Array(4), label: 1 });
  assertThrows(() => good.batch(Int32Array.of(3)), IndexError, "index 3");
  for (const options of [{ length: -1 }, { length: 0.5 }, { imageShape: [0, 1, 1] as const }]) {
    const source = { length: 1, imageShape: [1, 1, 1] as const, classNames: ["a"] };
    const get = () => ({ pixels: new Uint8Array(1), label: 0 });
    assertThrows(() => labelledSamples({ ...source, get, ...options }), ArgumentError);
  }
});

test("unlabelled samples give nothing but their pixels", async () => {
  const get = (index: number) => ({ pixels: Uint8Array.of(index), label: 7 });
  const dataset = unlabelledSamples({ length: 2, imageShape: [1, 1, 1], get });
  const options: LoaderOptions = { batchSize: 2, device };
  for await (using batch of new Loader(dataset, options).epoch(0)) {
    assertEquals(Object.keys(batch).sort(), ["indices", "origin", "pixels"]);
    assert(!JSON.stringify(batch).includes("label"));
  }
});
