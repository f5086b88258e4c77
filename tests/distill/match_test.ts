/** What agglomerative models are trained with: the distance of features, and who is dropped. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { gradientError, onOneThread } from "./nets.ts";

const { dropTeachers, matchLoss } = distill;
const at = (rows: number[][]) => torch.tensor(rows, { device });

test("the distance of features is what it is by hand, row by row", () => {
  const y = at([[3, 0], [0, 2], [1, 1]]);
  const t = at([[1, 0], [0, -2], [1, 0]]);
  // 1 - cos; then smooth L1 of (2, 0), (0, 4) and (0, 1), the mean of two.
  const angles = [0, 2, 1 - Math.SQRT1_2];
  const lengths = [1.5 / 2, 3.5 / 2, 0.5 / 2];
  assertClose(matchLoss(y, t), angles.map((angle, i) => 0.9 * angle + 0.1 * lengths[i]));
  assertClose(matchLoss(y, t, { cosine: 1, smoothL1: 0 }), angles);
  assertClose(matchLoss(y, t, { cosine: 0, smoothL1: 2 }), lengths.map((length) => 2 * length));
  // As many dimensions as there are.
  assertEquals(matchLoss(torch.ones([2, 3, 4, 5]), torch.ones([2, 3, 4, 5])).shape, [2, 3, 4]);
});

test("gradients of the distance agree with finite differences", () => {
  torch.manualSeed(3);
  const leaf = () => torch.randn([3, 4], { dtype: "float64", device }).requiresGrad_();
  const [y, t] = [leaf(), leaf()];
  onOneThread(() => {
    for (const part of [y, t]) assert(gradientError(part, () => matchLoss(y, t).sum()) < 1e-6);
  });
});

test("the distance is computed in float32 from half precision", () => {
  torch.manualSeed(3);
  const [y, t] = [torch.randn([3, 4], { device }), torch.randn([3, 4], { device })];
  for (const dtype of ["float16", "bfloat16"] as const) {
    const rounded = y.to(dtype);
    const own = matchLoss(rounded, t);
    assertEquals(own.dtype, "float32");
    assertClose(own, matchLoss(rounded.to("float32"), t));
  }
});

test("the distance refuses what does not fit together", () => {
  const y = torch.ones([2, 3], { device });
  assertThrows(() => matchLoss(y, torch.ones([3], { device })), ShapeError, "[3]");
  assertThrows(() => matchLoss(y, y, { cosine: -1 }), ArgumentError, "-1");
  assertThrows(() => matchLoss(y, y, { smoothL1: NaN }), ArgumentError, "NaN");
});

test("teachers are dropped as the draws say, but for the one with the largest loss", () => {
  const losses = at([[3, 1, 2], [2, 5, 2.5], [1, 4, 0]]);
  const draws = at([[0.1, 0.9, 0.4], [0.2, 0.3, 0.1], [0.7, 0.5, 0.6]]);
  // Image by image: the first is the worst, the second is dropped, the third stays; the first stays, the second is the
  // worst, 0.5 is not below a half; the first is dropped, the second is the worst, the third stays.
  const kept = at([[1, 1, 0], [0, 1, 1], [1, 1, 1]]);
  assertClose(dropTeachers(losses, { draws }), kept.div(7));
  const fewer = at([[1, 1, 0], [0, 1, 1], [0, 0, 0]]);
  assertClose(dropTeachers(losses, { draws, probability: 0.8 }), fewer.div(4));
  assertClose(dropTeachers(losses, { draws, probability: 0 }), torch.ones([3, 3]).div(9));
  const worst = at([[1, 0, 0], [0, 1, 1], [0, 0, 0]]);
  assertClose(dropTeachers(losses, { draws, probability: 1 }), worst.div(3));
  // One teacher stays; one with equally large a loss may go.
  assertClose(dropTeachers(at([[1, 2]]), { probability: 1 }), [[0.5, 0.5]]);
  assertClose(dropTeachers(at([[1], [1]]), { probability: 1 }), [[1], [0]]);
});

test("without draws torch's generator decides, for each image anew", () => {
  const losses = torch.rand([10, 400], { device }).requiresGrad_();
  const draw = () => {
    torch.manualSeed(11);
    return dropTeachers(losses, { probability: 0.25 });
  };
  const weights = draw();
  assertEquals(weights.toArray(), draw().toArray());
  assert(!weights.requiresGrad);
  assertClose(weights.sum(), 1);
  // The worst of 10 always, of the others three quarters.
  const share = weights.gt(0).sum().item() as number / 4000;
  assert(Math.abs(share - (0.1 + 0.9 * 0.75)) < 0.03, `${share}`);
});

test("teacher dropping refuses what it cannot use", () => {
  const losses = torch.ones([2, 3], { device });
  assertThrows(() => dropTeachers(losses, { probability: 1.5 }), ArgumentError, "1.5");
  assertThrows(() => dropTeachers(losses, { probability: NaN }), ArgumentError, "NaN");
  assertThrows(() => dropTeachers(losses.flatten()), ShapeError, "[6]");
  assertThrows(() => dropTeachers(losses, { draws: losses.t() }), ShapeError, "[3, 2]");
});
