import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import { DomainCounter, evaluate } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const labels = (classes: readonly number[]): torch.Tensor =>
  torch.tensor([...classes], { dtype: "int64", device });

/** Scores that say these of three classes. */
const saying = (classes: readonly number[]): torch.Tensor =>
  torch.tensor(classes.map((wanted) => [0, 1, 2].map((i) => i === wanted ? 1 : 0)), { device });

test("domains are counted apart, by hand over two batches, and weigh the same in the mean", () => {
  const counter = new DomainCounter(["photo", "sketch", "clipart"], 3);
  counter.add(saying([0, 1, 2, 2]), labels([0, 0, 2, 1]), [0, 0, 0, 1]);
  counter.add(saying([1]), labels([1]), Int32Array.of(0));
  const { byDomain, meanByDomain } = counter.result();
  assertEquals(byDomain.photo, {
    overall: 3 / 4,
    byClass: [1 / 2, 1, 1],
    meanByClass: 5 / 6,
    byDataset: { all: 3 / 4 },
    meanByDataset: 3 / 4,
    count: 4,
    countByClass: [2, 1, 1],
  });
  assertEquals([byDomain.sketch.overall, byDomain.clipart.overall], [0, NaN]);
  assertEquals(meanByDomain, 3 / 8);
  assertEquals(new DomainCounter(["a"], 2).result().meanByDomain, NaN);
});

test("an evaluation tells domains apart in whatever order images come", async () => {
  using dataset = torch.scope(() =>
    new data.ImageDataset({
      images: torch.tensor(Uint8Array.of(0, 1, 2, 0, 1, 2), { shape: [6, 1, 1, 1] }),
      labels: [0, 1, 2, 1, 1, 1],
      classNames: ["a", "b", "c"],
    })
  );
  const model = (images: torch.Tensor) =>
    saying(images.mul(255).round().flatten().toArray() as number[]);
  const domains = { names: ["even", "odd"], of: [0, 1, 0, 1, 0, 1] };
  const whole = await evaluate(model, dataset, { domains, batchSize: 4 });
  const { byDomain, meanByDomain } = whole.domains!;
  // Right: 0 1 2 and 4; of even places all, of odd ones the first.
  assertEquals([byDomain.even.overall, byDomain.odd.overall], [1, 1 / 3]);
  assertEquals([meanByDomain, whole.meanByDataset, whole.overall], [2 / 3, 2 / 3, 4 / 6]);
  assertEquals(whole.byDataset, { even: 1, odd: 1 / 3 });
  const loader = new data.Loader(dataset, { batchSize: 2, shuffle: true, seed: 5, device });
  assertEquals((await evaluate(model, loader, { domains })).domains, whole.domains);
  assertEquals((await evaluate(model, dataset)).domains, null);

  const short = { names: ["even"], of: [0, 0] };
  await assertRejects(() => evaluate(model, dataset, { domains: short }), ArgumentError, "has 6");
  const odd = { names: ["even"], of: [0, 0, 0, 1, 0, 0] };
  await assertRejects(() => evaluate(model, dataset, { domains: odd }), ArgumentError, "Image 3");
  // A loader that does not say of how many images it is.
  const loose = { epoch: (epoch: number) => loader.epoch(epoch) };
  await assertRejects(() => evaluate(model, loose, { domains: short }), ArgumentError, "domain");
});

test("what fits no domain is refused, and nothing is counted", () => {
  assertThrows(() => new DomainCounter([], 2), ArgumentError, "at least one");
  assertThrows(() => new DomainCounter(["a", "a"], 2), ArgumentError, "no two the same");
  assertThrows(() => new DomainCounter(["a"], 0), ArgumentError, "got 0");
  const counter = new DomainCounter(["a", "b"], 3);
  assertThrows(() => counter.add(saying([0, 1]), labels([0, 1]), [0]), ShapeError, "2, 2 and 1");
  for (const bad of [2, -1, 0.5, NaN]) {
    assertThrows(
      () => counter.add(saying([0, 1]), labels([0, 1]), [0, bad]),
      ArgumentError,
      `row 1 is of domain ${bad}`,
    );
  }
  assertThrows(() => counter.add(saying([0]), labels([3]), [0]), IndexError, "The label 3");
  assertEquals(counter.result().byDomain.a.count, 0);
});
