import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { Calibration } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

interface Errors {
  ece: number;
  mce: number;
  sizes: number[];
}

const golden = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/calibration.json", import.meta.url)),
) as {
  scores: number[][];
  labels: number[];
  width: Record<string, Errors>;
  mass: Record<string, Errors>;
  brier: number;
  nll: number;
  confidence: number;
  accuracy: number;
};

const labels = (classes: readonly number[]): torch.Tensor =>
  torch.tensor([...classes], { dtype: "int64", device });

/** Two classes, of which the first has these probabilities; the label is 0 where it says so. */
function binary(...images: readonly [probability: number, label: number][]): Calibration {
  const calibration = new Calibration(2);
  const rows = images.map(([p]) => [p, 1 - p]);
  calibration.add(
    torch.tensor(rows, { dtype: "float64", device }).log(),
    labels(images.map(([, label]) => label)),
  );
  return calibration;
}

test("errors and scores are NumPy's, by batches, in bins of both kinds", () => {
  const calibration = new Calibration(4);
  for (let from = 0; from < golden.labels.length; from += 13) {
    using _ = torch.scope();
    const [rows, own] = [golden.scores, golden.labels].map((all) => all.slice(from, from + 13));
    calibration.add(
      torch.tensor(rows as number[][], { dtype: "float64", device }),
      labels(own as number[]),
    );
  }
  for (const binning of ["width", "mass"] as const) {
    for (const [bins, { ece, mce, sizes }] of Object.entries(golden[binning])) {
      const found = calibration.result({ bins: Number(bins), binning });
      assertClose([found.ece, found.mce], [ece, mce], { rtol: 1e-12 });
      assertEquals(found.bins.map(({ count }) => count), sizes);
    }
  }
  const { brier, nll, confidence, accuracy, count, bins } = calibration.result();
  assertClose(
    [brier, nll, confidence, accuracy],
    [golden.brier, golden.nll, golden.confidence, golden.accuracy],
    { rtol: 1e-12 },
  );
  assertEquals([count, bins.length], [97, 15]);
});

test("two bins by hand: one too sure, one not sure enough", () => {
  const calibration = binary([0.6, 0], [0.7, 0], [0.9, 1], [0.8, 0], [0.9, 0], [1, 1]);
  const { ece, mce, brier, nll, confidence, accuracy, bins } = calibration.result({ bins: 4 });
  assertClose([ece, mce], [(2 * 0.35 + 4 * 0.4) / 6, 0.4]);
  assertClose(bins.map(({ count }) => count), [0, 0, 2, 4]);
  assertClose([bins[2].confidence, bins[2].accuracy, bins[3].confidence, bins[3].accuracy], [
    0.65,
    1,
    0.9,
    0.5,
  ]);
  assertEquals([bins[3].from, bins[3].to], [0.75, 1]);
  assert(Number.isNaN(bins[0].accuracy) && Number.isNaN(bins[0].confidence));
  assertClose([confidence, accuracy], [4.9 / 6, 4 / 6]);
  const squares = [0.4, 0.3, 0.9, 0.2, 0.1, 1].reduce((sum, gap) => sum + 2 * gap * gap, 0);
  assertClose(brier, squares / 6);
  // The last image is taken for the other class with certainty.
  assertEquals(nll, Infinity);
});

test("a confidence on a bound belongs below; equal masses are cut in the order of confidences", () => {
  const found = binary([0.5, 0], [0.75, 0], [1, 0]).result({ bins: 4 });
  assertEquals(found.bins.map(({ count }) => count), [0, 1, 1, 1]);
  const mass = binary([0.9, 0], [0.6, 1], [0.8, 0], [0.7, 0], [0.8, 1])
    .result({ bins: 2, binning: "mass" });
  assertClose(mass.bins.map(({ from, to, count }) => [from, to, count]), [[0.6, 0.8, 3], [
    0.8,
    0.9,
    2,
  ]]);
  assertClose(mass.ece, (3 * (0.7 - 2 / 3) + 2 * (0.85 - 0.5)) / 5);
  assertEquals(binary([0.9, 0]).result({ binning: "mass" }).bins.length, 1);
});

test("who is right as often as sure has no error; a constant says nothing else than its share", () => {
  const right = Array.from({ length: 10 }, (_, i): [number, number] => [0.7, i < 7 ? 0 : 1]);
  assertClose(binary(...right).result().ece, 0, { atol: 1e-12 });
  // A single class is certain and always right.
  const one = new Calibration(1);
  one.add(torch.zeros([3, 1], { device }), labels([0, 0, 0]));
  assertEquals([one.result().ece, one.result().nll, one.result().brier], [0, 0, 0]);
});

test("without images there is nothing to know", () => {
  const empty = new Calibration(3);
  empty.add(torch.zeros([0, 3], { device }), labels([]));
  for (const binning of ["width", "mass"] as const) {
    const { ece, mce, brier, nll, confidence, accuracy, count } = empty.result({ binning });
    assertEquals([ece, mce, brier, nll, confidence, accuracy, count], [...Array(6).fill(NaN), 0]);
  }
});

test("scores that are NaN have no confidence", () => {
  const calibration = binary([0.8, 0]);
  calibration.add(torch.tensor([[NaN, 0]], { dtype: "float64", device }), labels([1]));
  const { ece, brier, nll, count, bins } = calibration.result();
  assertClose(ece, 0.2);
  assertEquals([brier, nll, count], [NaN, NaN, 2]);
  assertEquals(bins.reduce((sum, { count }) => sum + count, 0), 1);
});

test("half precision, a graph and many images", () => {
  const calibration = new Calibration(3);
  const scores = torch.randn([700, 3], { device });
  calibration.add(scores.to("bfloat16").requiresGrad_(), labels(Array(700).fill(1)));
  const { count, bins } = calibration.result({ bins: 3 });
  assertEquals([count, bins.reduce((sum, { count }) => sum + count, 0)], [700, 700]);
  assertEquals(bins[0].count, 0); // The largest of three is at least a third.
});

test("what cannot be used is refused, and nothing is taken in", () => {
  for (const classes of [0, 1.5, NaN]) {
    assertThrows(() => new Calibration(classes), ArgumentError, `got ${classes}`);
  }
  const calibration = new Calibration(2);
  const two = torch.zeros([2, 2], { device });
  assertThrows(() => calibration.add(two, labels([0])), ShapeError, "scores (B, 2)");
  assertThrows(() => calibration.add(two, labels([0, 2])), IndexError, "The label 2 at row 1");
  const bad = torch.tensor([0, 0.5], { device });
  assertThrows(() => calibration.add(two, bad), DTypeError);
  assertEquals(calibration.result().count, 0);
  for (const bins of [0, 1.5, 1e9]) {
    assertThrows(() => calibration.result({ bins }), ArgumentError, `got ${bins}`);
  }
  assertThrows(() => calibration.result({ binning: "depth" as never }), ArgumentError, '"depth"');
});
