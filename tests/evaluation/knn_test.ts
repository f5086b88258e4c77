import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { knnAccuracy, knnScores } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { golden, images } from "./golden.ts";

const classes = (values: number[]) => torch.tensor(values, { dtype: "int64", device });
const rows = (values: number[][]) => torch.tensor(values, { device });

test("scores are scikit-learn's", () => {
  for (const [name, expected] of Object.entries(golden.knn)) {
    const [weighting, k] = name.split(" ") as ["uniform" | "exponential", string];
    for (const dtype of ["float64", "float32"] as const) {
      const scores = knnScores(images(0, 120, dtype), images(1000, 40, dtype).features, {
        k: Number(k),
        weighting,
      });
      assertEquals(scores.dtype, dtype);
      assertClose(scores, expected, dtype === "float64" ? { rtol: 1e-9 } : { rtol: 1e-4 });
    }
  }
});

test("accuracy is the part of rows whose largest score is at their class", () => {
  const known = images(0, 120);
  const asked = images(1000, 40);
  const labels = asked.labels.toArray() as number[];
  for (const weighting of ["uniform", "exponential"] as const) {
    const expected = golden.knn[`${weighting} 7`];
    const right = labels.filter((label, i) =>
      expected[i].indexOf(Math.max(...expected[i])) === Number(label)
    );
    const { overall, count } = knnAccuracy(known, asked, { k: 7, weighting });
    assertAlmostEquals(overall, right.length / 40, 1e-12);
    assertEquals(count, 40);
  }
});

test("length does not matter, direction does", () => {
  const known = { features: rows([[100, 0], [0, 0.001]]), labels: classes([0, 1]) };
  const scores = knnScores(known, rows([[1, 2], [3, 2]]), { k: 1 });
  assertEquals(scores.toArray(), [[0, 1], [1, 0]]);
});

test("exponential weights by hand", () => {
  const known = { features: rows([[1, 0], [0, 1], [-1, 0]]), labels: classes([0, 1, 1]) };
  const scores = knnScores(known, rows([[1, 0]]), {
    k: 3,
    weighting: "exponential",
    temperature: 0.5,
  });
  // Similarities 1, 0, -1.
  const [a, b] = [Math.exp(2), 1 + Math.exp(-2)];
  assertClose(scores, [[a / (a + b), b / (a + b)]]);
  const sharp = knnScores(known, rows([[1, 0]]), {
    k: 3,
    weighting: "exponential",
    temperature: 1e-4,
  });
  assertEquals(sharp.toArray(), [[1, 0]]);
});

test("of equally near neighbors the first vote, of equal votes the first class wins", () => {
  const count = 500;
  // All of them lie in the same direction, and only the first three are of class 2.
  const known = {
    features: torch.ones([count, 3], { device }),
    labels: classes(Array.from({ length: count }, (_, i) => i < 3 ? 2 : 0)),
  };
  assertEquals(knnScores(known, torch.ones([2, 3], { device }), { k: 3 }).toArray(), [
    [0, 0, 1],
    [0, 0, 1],
  ]);
  // A nearer one comes last, and two of the equal ones join it.
  const mixed = {
    features: rows([[1, 1], [1, 1], [1, 1], [1, 0]]),
    labels: classes([2, 1, 0, 3]),
  };
  assertEquals(
    knnScores(mixed, rows([[1, 0]]), { k: 3 }).toArray(),
    [[0, 1 / 3, 1 / 3, 1 / 3]].map(
      (row) => row.map(Math.fround),
    ),
  );
  const { byClass } = knnAccuracy(
    mixed,
    { features: rows([[1, 0], [1, 0]]), labels: classes([1, 2]) },
    { k: 3 },
  );
  assertEquals(byClass, [NaN, 1, 0, NaN]);
});

test("as many neighbors as there are", () => {
  const known = { features: rows([[1, 0], [0, 1], [1, 1]]), labels: classes([0, 0, 1]) };
  assertClose(knnScores(known, rows([[1, 0]]), { k: 3 }), [[2 / 3, 1 / 3]]);
});

test("features of no length are as far as a right angle from everything", () => {
  const known = { features: rows([[0, 0], [1, 0], [-1, 0]]), labels: classes([0, 1, 2]) };
  assertEquals(knnScores(known, rows([[1, 0]]), { k: 2 }).toArray(), [[0.5, 0.5, 0]]);
});

test("many are asked in parts, with bounded memory and the same result", () => {
  torch.manualSeed(0);
  const known = {
    features: torch.randn([40_000, 16], { device }),
    labels: torch.randint(3, [40_000], { device, dtype: "int64" }),
  };
  const asked = torch.randn([1_200, 16], { device });
  torch.resetPeakMemory(device);
  const before = torch.memory(device).bytes;
  const scores = knnScores(known, asked, { k: 5 });
  const peak = torch.memory(device).peakBytes - before;
  assert(peak < 150e6, `${peak} bytes for 48,000,000 similarities`);
  // Rows on both sides of where parts end.
  for (const at of [0, 399, 400, 799, 800, 1_199]) {
    const alone = knnScores(known, asked.narrow(0, at, 1), { k: 5 });
    assertEquals(scores.narrow(0, at, 1).toArray(), alone.toArray());
  }
});

test("other dtypes, labels of any whole dtype, and features with a graph", () => {
  const features = rows([[1, 0], [0, 1]]);
  for (const dtype of ["float16", "bfloat16", "float64"] as const) {
    for (const labels of ["uint8", "int32", "float32"] as const) {
      const known = {
        features: features.to(dtype).requiresGrad_(),
        labels: classes([0, 1]).to(labels),
      };
      const scores = knnScores(known, rows([[0.9, 0.1]]), { k: 1 });
      assertEquals([scores.toArray(), scores.requiresGrad], [[[1, 0]], false]);
    }
  }
});

test("classes that nobody has", () => {
  const known = { features: rows([[1, 0], [0, 1]]), labels: classes([0, 1]) };
  assertEquals(knnScores(known, rows([[1, 0]]), { k: 1, numClasses: 4 }).shape, [1, 4]);
  // A class of the test images alone is never told.
  const { overall } = knnAccuracy(
    known,
    { features: rows([[1, 0], [1, 0]]), labels: classes([0, 5]) },
    { k: 1 },
  );
  assertEquals(overall, 0.5);
});

test("what cannot be used is refused", () => {
  const features = rows([[1, 0], [0, 1]]);
  const known = { features, labels: classes([0, 1]) };
  for (const k of [0, 3, 1.5, NaN]) {
    assertThrows(() => knnScores(known, features, { k }), ArgumentError, `got ${k}`);
  }
  assertThrows(() => knnScores(known, features), ArgumentError, "from 1 to the 2 that there are");
  for (const temperature of [0, -1, NaN, Infinity]) {
    const options = { k: 1, temperature, weighting: "exponential" } as const;
    assertThrows(() => knnScores(known, features, options), ArgumentError, `got ${temperature}`);
  }
  assertThrows(
    () => knnScores(known, features, { k: 1, weighting: "linear" as "uniform" }),
    ArgumentError,
    `got "linear"`,
  );
  assertThrows(() => knnScores(known, rows([[1, 2, 3]]), { k: 1 }), ShapeError, "3 columns");
  assertThrows(() => knnScores(known, rows([[NaN, 2]]), { k: 1 }), ArgumentError, "NaN");
  assertThrows(() => knnScores(known, rows([[1, Infinity]]), { k: 1 }), ArgumentError, "infinite");
  assertThrows(() => knnScores(known, features.select(0, 0), { k: 1 }), ShapeError, "got [2]");
  assertThrows(
    () => knnScores(known, torch.zeros([0, 2], { device }), { k: 1 }),
    ArgumentError,
    "at least one row",
  );
  assertThrows(() => knnScores(known, classes([1]).reshape([1, 1])), DTypeError, "int64");
  assertThrows(
    () => knnScores({ features, labels: classes([0]) }, features, { k: 1 }),
    ShapeError,
    "as many labels, got [1]",
  );
  assertThrows(
    () => knnScores({ features, labels: classes([0, -1]) }, features, { k: 1 }),
    IndexError,
    "-1 at row 1",
  );
  assertThrows(() => knnScores(known, features, { k: 1, numClasses: 1 }), IndexError, "1 at row 1");
});
