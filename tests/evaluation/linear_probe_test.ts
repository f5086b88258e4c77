import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { type LabelledFeatures, linearProbe } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { golden, images } from "./golden.ts";

const classes = (values: number[]) => torch.tensor(values, { dtype: "int64", device });
const rows = (values: number[][]) => torch.tensor(values, { device });

test("logits are scikit-learn's, whose minimum it is", () => {
  for (const [name, expected] of Object.entries(golden.probe)) {
    const l2 = Number(name.split(" ").at(-1));
    const standardize = name.startsWith("standardized");
    for (const dtype of ["float64", "float32"] as const) {
      using probe = linearProbe(images(0, 120, dtype), { l2, standardize });
      const logits = probe.forward(images(1000, 40, dtype).features);
      assertEquals([logits.dtype, probe.l2, probe.trials], [dtype, l2, []]);
      // The flatter the minimum, the further away is a place that float32 cannot tell from it.
      const atol = dtype === "float64" ? 1e-5 : Math.max(1e-3, 1e-5 / l2);
      assertClose(logits.sub(logits.mean(1, true)), expected, { rtol: 0, atol });
    }
  }
});

test("two images of two classes, by hand", () => {
  // Standardized they are at -1 and 1; by symmetry the weights are -w and w, with w = 1 / (1 + e^2w) / l2 / ...
  using probe = linearProbe({ features: rows([[3], [7]]), labels: classes([0, 1]) }, { l2: 0.1 });
  const [[low], [high]] = probe.classifier.weight.toArray() as number[][];
  const w = high * 2; // per standard deviation, which is 2
  assertAlmostEquals(low, -high, 1e-5);
  // The loss log(1 + e^(-2w)) + l2 w^2 is smallest where its derivative is 0.
  assertAlmostEquals(-2 / (1 + Math.exp(2 * w)) + 2 * 0.1 * w, 0, 1e-4);
  // Half way between the two nobody knows.
  const [[a, b]] = probe.forward(rows([[5]])).toArray() as number[][];
  assertAlmostEquals(a, b, 1e-4);
});

test("the same every time, and nobody's random numbers change", () => {
  const known = images(0, 120, "float32");
  torch.manualSeed(5);
  const before = torch.rand([3]).toArray();
  torch.manualSeed(5);
  const twice = [0, 1].map(() => {
    using probe = linearProbe(known);
    return [probe.l2, probe.trials, probe.classifier.weight.toArray()];
  });
  assertEquals(twice[0], twice[1]);
  assertEquals(torch.rand([3]).toArray(), before);
});

/** Features of which one tells the class a little, and many nothing. */
function noisy(count: number, seed: number): LabelledFeatures {
  torch.manualSeed(seed);
  const labels = torch.randint(2, [count], { dtype: "int64" });
  const features = torch.randn([count, 40]);
  features.select(1, 0).add_(labels.to("float32").mul(2));
  return { features: features.to(device), labels: labels.to(device) };
}

test("the penalty is chosen on training images alone, and pays on others", () => {
  const [known, others] = [noisy(200, 0), noisy(2000, 1)];
  using probe = linearProbe(known, { l2: [1e-6, 30, 0.1] });
  assertEquals(probe.trials.map(({ l2 }) => l2), [30, 0.1, 1e-6]);
  const best = probe.trials.reduce((a, b) => b.accuracy > a.accuracy ? b : a);
  assertEquals(probe.l2, best.l2);
  // 40 images were held out.
  for (const { accuracy } of probe.trials) assertAlmostEquals(accuracy * 40 % 1, 0, 1e-9);
  // Under the largest there is little but the classes' frequencies left.
  using strict = linearProbe(known, { l2: 30 });
  assert(probe.accuracy(others).overall > strict.accuracy(others).overall + 0.05);
  // Trained on all images at last: as if the chosen one had been given.
  using given = linearProbe(known, { l2: probe.l2 });
  assertClose(probe.classifier.weight, given.classifier.weight.detach(), { atol: 1e-3 });
});

test("of equal accuracies the largest penalty is taken", () => {
  const features = rows([[0], [1], [0], [1], [10], [11], [10], [11], [10], [11]]);
  const known = { features, labels: classes([0, 0, 0, 0, 1, 1, 1, 1, 1, 1]) };
  using probe = linearProbe(known, { l2: [1e-4, 1e-2] });
  assertEquals(probe.trials, [{ l2: 1e-2, accuracy: 1 }, { l2: 1e-4, accuracy: 1 }]);
  assertEquals(probe.l2, 1e-2);
});

test("every class is held out evenly", () => {
  // If the 20 images of class 1 were held out all or not at all, the accuracy would tell.
  const labels = Array.from({ length: 100 }, (_, i) => i < 80 ? 0 : 1);
  const known = { features: rows(labels.map((label) => [label])), labels: classes(labels) };
  for (const seed of [0, 1, 2]) {
    using probe = linearProbe(known, { l2: [1e-2, 1e-3], seed });
    assertEquals(probe.trials.map(({ accuracy }) => accuracy), [1, 1]);
  }
});

test("features that never change are left alone", () => {
  const known = images(0, 120);
  const constant = torch.full([120, 2], 1e4, { dtype: "float32", device });
  // As floating-point numbers come: a last bit differs here and there.
  constant.select(1, 1).narrow(0, 7, 3).fill_(10000.001);
  const features = torch.cat([known.features.to("float32"), constant], 1);
  using probe = linearProbe({ features, labels: known.labels }, { l2: 0.01 });
  using without = linearProbe(images(0, 120, "float32"), { l2: 0.01 });
  assertClose(
    probe.classifier.weight.detach().narrow(1, 0, 12),
    without.classifier.weight.detach(),
    { atol: 1e-3 },
  );
  const others = probe.classifier.weight.detach().narrow(1, 12, 2);
  assertEquals(others.toArray(), torch.zeros([5, 2]).toArray());
});

test("features too wide to be turned give the same", () => {
  const known = images(0, 120);
  const padded = torch.cat([known.features, torch.zeros([120, 4100], { device })], 1);
  using probe = linearProbe({ features: padded, labels: known.labels }, { l2: 0.1 });
  using narrow = linearProbe(known, { l2: 0.1 });
  assertClose(probe.forward(padded), narrow.forward(known.features), { atol: 1e-6 });
});

test("without a penalty, and with a feature twice", () => {
  const labels = classes(Array.from({ length: 60 }, (_, i) => Number(i % 3 === 0)));
  const once = torch.arange(60, { dtype: "float64", device }).sin().unsqueeze(1);
  const twice = torch.cat([once, once], 1);
  using probe = linearProbe({ features: twice, labels }, { l2: 0 });
  using same = linearProbe({ features: once, labels }, { l2: 0 });
  // The classes' probabilities add up to their parts of all images: 1/3 and 2/3.
  const probabilities = probe.forward(twice).softmax(1);
  assertClose(probabilities.mean(0), [2 / 3, 1 / 3]);
  assertClose(probabilities, same.forward(once).softmax(1), { atol: 1e-6 });
});

test("half precision is computed as float32; labels of any whole dtype", () => {
  const { features, labels } = images(0, 120);
  for (const dtype of ["float16", "bfloat16"] as const) {
    const rounded = features.to(dtype);
    using probe = linearProbe({ features: rounded, labels: labels.to("uint8") }, { l2: 0.1 });
    using same = linearProbe({ features: rounded.to("float32"), labels }, { l2: 0.1 });
    assertEquals(probe.classifier.weight.toArray(), same.classifier.weight.toArray());
    assertEquals(probe.forward(rounded).shape, [120, 5]);
  }
});

test("classes that nobody has, and only one", () => {
  const { features, labels } = images(0, 120);
  using more = linearProbe({ features, labels }, { l2: 0.1, numClasses: 7 });
  const { byClass } = more.accuracy({ features, labels });
  assertEquals(byClass.length, 7);
  using one = linearProbe({ features, labels: labels.mul(0) }, { l2: 0.1 });
  assertEquals(one.accuracy({ features, labels: labels.mul(0) }).overall, 1);
});

test("what cannot be used is refused", () => {
  const known = { features: rows([[1, 0], [0, 1]]), labels: classes([0, 1]) };
  for (const l2 of [-1, NaN, Infinity, [1, -2], []]) {
    assertThrows(() => linearProbe(known, { l2 }), ArgumentError, "l2 is a number of at least 0");
  }
  for (const heldOut of [0, 1, -0.5, NaN]) {
    assertThrows(() => linearProbe(known, { heldOut }), ArgumentError, `got ${heldOut}`);
  }
  assertThrows(() => linearProbe(known), ArgumentError, "Of 2 images none can be held out");
  assertThrows(
    () => linearProbe({ ...known, features: rows([[1, NaN], [0, 1]]) }, { l2: 1 }),
    ArgumentError,
    "NaN",
  );
  assertThrows(() => linearProbe({ ...known, labels: classes([0]) }), ShapeError, "got [1]");
  assertThrows(
    () => linearProbe({ ...known, labels: classes([0, -1]) }),
    IndexError,
    "-1 at row 1",
  );
  assertThrows(
    () => linearProbe({ features: known.features.to("int64"), labels: known.labels }),
    DTypeError,
    "int64",
  );
  using probe = linearProbe(known, { l2: 1 });
  assertThrows(() => probe.forward(rows([[1, 2, 3]])), ShapeError, "3 columns");
});
