import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Loader, type MixedBatch, unlabelledSamples, zipLoaders } from "../../src/data/mod.ts";
import { ArgumentError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { numbered } from "./images.ts";

function numbers(batch: MixedBatch): [number[], number[]] {
  const { labelled, unlabelled } = batch;
  return [labelled.indices.toArray() as number[], unlabelled.indices.toArray() as number[]];
}

test("the shorter loader begins again, and goes on in the next epoch", () => {
  using dataset = numbered(5);
  using other = numbered(8);
  using unlabelled = other.unlabelled({ shuffle: false });
  const pairs = zipLoaders(
    new Loader(dataset, { batchSize: 2, device }),
    new Loader(unlabelled, { batchSize: 2, device }),
  );
  assertEquals(pairs.length, 4);
  assertEquals([...pairs.epoch(0)].map(numbers), [
    [[0, 1], [0, 1]],
    [[2, 3], [2, 3]],
    [[4], [4, 5]],
    [[0, 1], [6, 7]],
  ]);
  assertEquals([...pairs.epoch(1, { from: 2 })].map(numbers), [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]);
});

test("every round of the shorter loader has an order of its own, and resumes exactly", () => {
  using dataset = numbered(4);
  using other = numbered(30);
  using unlabelled = other.unlabelled();
  const make = () =>
    zipLoaders(
      new Loader(dataset, { batchSize: 4, shuffle: true, seed: 1, device }),
      new Loader(unlabelled, { batchSize: 2, shuffle: true, seed: 2, device }),
    );
  const all = [...make().epoch(0), ...make().epoch(1)].map(numbers);
  assertEquals(all.length, 30);
  for (const [labelled] of all) assertEquals([...labelled].sort(), [0, 1, 2, 3]);
  const orders = new Set(all.map(([labelled]) => labelled.join()));
  assert(orders.size > 10, `${orders.size} orders`);
  for (const epoch of [0, 1]) {
    const seen = all.slice(15 * epoch, 15 * epoch + 15).flatMap(([, rest]) => rest);
    assertEquals(seen.sort((a, b) => a - b), Array.from({ length: 30 }, (_, i) => i));
  }
  assertEquals([...make().epoch(1, { from: 7 })].map(numbers), all.slice(22));
});

test("a pair is disposed of and kept as one", () => {
  using dataset = numbered(4);
  using unlabelled = dataset.unlabelled();
  const pairs = zipLoaders(
    new Loader(dataset, { batchSize: 2, device }),
    new Loader(unlabelled, { batchSize: 2, device }),
  );
  const before = torch.memory().tensors;
  for (using _ of pairs.epoch(0)) assertEquals(torch.memory().tensors - before, 5);
  assertEquals(torch.memory().tensors, before);
  const kept = torch.scope(() =>
    new Set([...pairs.epoch(0)].slice(0, 1).map((pair) => pair.keep()))
  );
  for (const pair of kept) {
    assertEquals(numbers(pair), [[0, 1], [0, 1]]);
    pair.dispose();
  }
  assertThrows(() => pairs.epoch(-1), ArgumentError, "epoch");
  assertThrows(() => pairs.epoch(0, { from: 3 }), ArgumentError, "begin");
});

test("pairs can be waited for, and an error of one frees the other", async () => {
  using dataset = numbered(4);
  let fail = -1;
  const rest = unlabelledSamples({
    length: 6,
    imageShape: [1, 2, 2],
    get(index) {
      if (index === fail) return Promise.reject(new RangeError(`image ${index}`));
      return Promise.resolve({ pixels: new Uint8Array(4) });
    },
  });
  const pairs = zipLoaders(
    new Loader(dataset, { batchSize: 2, device }),
    new Loader(rest, { batchSize: 2, device }),
  );
  const seen: [number[], number[]][] = [];
  for await (using pair of pairs.epoch(0)) seen.push(numbers(pair));
  assertEquals(seen, [[[0, 1], [0, 1]], [[2, 3], [2, 3]], [[0, 1], [4, 5]]]);
  fail = 3;
  await assertRejects(
    async () => {
      for await (using _ of pairs.epoch(0));
    },
    RangeError,
    "image 3",
  );
});
