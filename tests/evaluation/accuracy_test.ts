import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { AccuracyCounter } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** Scores whose largest is that of the given class. */
function saying(classes: readonly number[], numClasses: number): torch.Tensor {
  const rows = classes.map((wanted) =>
    Array.from({ length: numClasses }, (_, i) => i === wanted ? 1 : -i)
  );
  return torch.tensor(rows, { device });
}

const labels = (classes: readonly number[], dtype: torch.DType = "int64"): torch.Tensor =>
  torch.tensor([...classes], { dtype, device });

test("shares by class and by data set, counted by hand over two batches", () => {
  const counter = new AccuracyCounter(5);
  counter.add(saying([0, 0, 1, 2], 5), labels([0, 1, 1, 4])); // right: 0, 1
  counter.add(saying([4, 3], 5), labels([4, 0])); // right: 4
  const result = counter.result([
    { name: "letters", from: 0, to: 2 },
    { name: "shapes", from: 2, to: 3 },
    { name: "birds", from: 3, to: 5 },
  ]);
  assertEquals(result, {
    overall: 3 / 6,
    byClass: [1 / 2, 1 / 2, NaN, NaN, 1 / 2],
    meanByClass: 1 / 2,
    byDataset: { letters: 2 / 4, shapes: NaN, birds: 1 / 2 },
    meanByDataset: 1 / 2,
    count: 6,
    countByClass: [2, 2, 0, 0, 2],
  });
  assertEquals(counter.result().byDataset, { all: 3 / 6 });
});

test("classes of unequal size weigh the same in the mean over classes", () => {
  const counter = new AccuracyCounter(2);
  counter.add(saying([0, 0, 0, 0], 2), labels([0, 0, 0, 1]));
  const { overall, meanByClass, meanByDataset } = counter.result([
    { name: "a", from: 0, to: 1 },
    { name: "b", from: 1, to: 2 },
  ]);
  assertEquals([overall, meanByClass, meanByDataset], [3 / 4, 1 / 2, 1 / 2]);
});

test("without images there is nothing to know", () => {
  const counter = new AccuracyCounter(2);
  counter.add(torch.zeros([0, 2], { device }), labels([]));
  assertEquals(counter.result(), {
    overall: NaN,
    byClass: [NaN, NaN],
    meanByClass: NaN,
    byDataset: { all: NaN },
    meanByDataset: NaN,
    count: 0,
    countByClass: [0, 0],
  });
});

test("scores that are NaN are wrong, infinite ones are scores", () => {
  const counter = new AccuracyCounter(3);
  const scores = torch.tensor([
    [NaN, 0, 0], // its largest would be the NaN
    [0, NaN, 9],
    [-Infinity, -1, -Infinity],
    [0, Infinity, 5],
  ], { device });
  counter.add(scores, labels([0, 2, 1, 1]));
  assertEquals(counter.result().byClass, [0, 1, 0]);
});

test("labels of any whole dtype, scores with a graph and in half precision", () => {
  for (const dtype of ["int64", "int32", "uint8", "float32"] as const) {
    for (const scores of ["float32", "float64", "bfloat16", "float16"] as const) {
      const counter = new AccuracyCounter(3);
      const given = saying([2, 0, 1], 3).to(scores).requiresGrad_();
      counter.add(given, labels([2, 1, 1], dtype));
      assertEquals(counter.result().byClass, [NaN, 1 / 2, 1]);
    }
  }
});

test("labels out of range or not whole are refused, and nothing is counted", () => {
  const counter = new AccuracyCounter(3);
  for (const bad of [3, -1, -100, 300]) {
    assertThrows(
      () => counter.add(saying([0, 1], 3), labels([0, bad])),
      IndexError,
      `The label ${bad} at row 1 is out of range: there are 3 classes, 0 to 2`,
    );
  }
  assertThrows(
    () => counter.add(saying([0, 1], 3), labels([0, NaN], "float32")),
    DTypeError,
    "row 1 is NaN",
  );
  assertEquals(counter.result().count, 0);
});

test("shapes that do not fit are refused", () => {
  const counter = new AccuracyCounter(3);
  const wrong: [torch.Tensor, torch.Tensor][] = [
    [saying([0, 1], 4), labels([0, 1])],
    [saying([0, 1], 3), labels([0])],
    [torch.zeros([3], { device }), labels([0])],
    [torch.zeros([2, 3, 1], { device }), labels([0, 1])],
    [saying([0, 1], 3), torch.zeros([2, 1], { dtype: "int64", device })],
  ];
  for (const [scores, classes] of wrong) {
    assertThrows(() => counter.add(scores, classes), ShapeError, "needs scores (B, 3)");
  }
});

test("numbers of classes and ranges that cannot be used are refused", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assertThrows(() => new AccuracyCounter(count), ArgumentError, `got ${count}`);
  }
  const counter = new AccuracyCounter(3);
  for (const [from, to] of [[0, 4], [-1, 2], [2, 2], [2, 1], [0.5, 2], [0, NaN]]) {
    assertThrows(
      () => counter.result([{ name: "odd", from, to }]),
      ArgumentError,
      `"odd" are ${from} to ${to}`,
    );
  }
  assertThrows(
    () => counter.result([{ name: "a", from: 0, to: 1 }, { name: "a", from: 1, to: 3 }]),
    ArgumentError,
    `Two data sets are called "a"`,
  );
});
