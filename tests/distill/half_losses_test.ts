/** The losses in half precision: float32 values, gradients in the dtype of what was given. */

import { assertEquals, assertThrows } from "@std/assert";
import * as distill from "../../src/distill/mod.ts";
import { labelledLoss } from "../../src/distill/labelled_loss.ts";
import { DTypeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const half = ["float16", "bfloat16"] as const;

const six = torch.tensor([0, 1, 2, 3, 4, 0], { dtype: "int64", device });

/** Losses of a student's matrix (6, 5) and a teacher's. */
const losses: Record<string, (student: Tensor, teacher: Tensor) => Tensor> = {
  kdLoss: (s, t) => distill.kdLoss(s, t, { temperature: 3 }),
  "kdLoss of two": (s, t) => distill.kdLoss(s, [t, t.neg()]),
  "kdLoss of logits": (s, t) => distill.kdLoss(s, [t, t.mul(2)], { average: "logits" }),
  klDivergence: (s, t) => distill.klDivergence(s, t.softmax(1)),
  logitTransferLoss: (s, t) => distill.logitTransferLoss(s, distill.voteLogits([t]), { alpha1: 2 }),
  "featureTransferLoss mse": (s, t) => distill.featureTransferLoss(s, t),
  "featureTransferLoss l1": (s, t) => distill.featureTransferLoss(s, t, { distance: "l1" }),
  "featureTransferLoss smoothL1": (s, t) =>
    distill.featureTransferLoss(s, t, { distance: "smoothL1" }),
  "featureTransferLoss cosine": (s, t) => distill.featureTransferLoss(s, t, { distance: "cosine" }),
  "featureTransferLoss of a vote": (s, t) =>
    distill.featureTransferLoss(s, distill.voteFeatures([t, t.mul(3), t.neg()]).target),
  reconstructionLoss: (s, t) => distill.reconstructionLoss([s, s.mul(2)], [t, t]),
  dkdLoss: (s, t) => distill.dkdLoss(s, distill.voteLogits([t]).probabilities, six),
  ofaLoss: (s, t) => distill.ofaLoss(s, distill.voteLogits([t]).probabilities, six, { eps: 1.5 }),
  "distances of pairs": (s, t) =>
    distill.featureTransferLoss(distill.relativeDistances(s), distill.relativeDistances(t)),
  "angles of triplets": (s, t) =>
    distill.featureTransferLoss(
      distill.tripletAngles(s).flatten(1),
      distill.tripletAngles(t).flatten(1),
    ),
  entropyLoss: (s) => distill.entropyLoss(s),
  labelledLoss: (s) => labelledLoss(s, six),
};

for (const [name, loss] of Object.entries(losses)) {
  test(`${name}: half precision gives the float32 value and gradients in its own dtype`, () => {
    for (const dtype of half) {
      torch.manualSeed(4);
      // Rounded once, so that both computations have the same numbers.
      const rounded = () => torch.randn([6, 5], { device }).mul(2).to(dtype);
      const [student, teacher] = [rounded(), rounded()];
      const leaf = (as: torch.DType) => student.to({ dtype: as, copy: true }).requiresGrad_();
      const [wide, narrow] = [leaf("float32"), leaf(dtype)];
      // klDivergence is given a prediction: what softmax rounds is not the loss's to answer for.
      const target = name === "klDivergence" ? teacher.to("float32") : teacher;
      const expected = loss(wide, teacher.to("float32"));
      const mixed = loss(leaf(dtype), teacher.to("float32"));
      const actual = loss(narrow, target);
      assertEquals([actual.dtype, mixed.dtype], ["float32", "float32"]);
      const exact = !/two|logits|vote|reconstruction/.test(name);
      assertClose(actual, expected, exact ? {} : { rtol: 1e-2, atol: 1e-2 });
      assertClose(mixed, expected, exact ? {} : { rtol: 1e-2, atol: 1e-2 });
      expected.backward();
      actual.backward();
      assertEquals(narrow.grad!.dtype, dtype);
      assertClose(narrow.grad!.to("float32"), wide.grad!, { rtol: 2e-2, atol: 2e-3 });
      for (const tensor of [wide, narrow]) tensor.grad = null;
    }
  });
}

test("half precision beside float64 is computed in float64", () => {
  torch.manualSeed(4);
  const [student, teacher] = [torch.randn([6, 5], { device }), torch.randn([6, 5], { device })];
  for (const [name, loss] of Object.entries(losses)) {
    if (/entropyLoss|labelledLoss|distances|angles/.test(name)) continue; // are of one matrix alone
    for (const dtype of half) {
      const expected = loss(student.to(dtype).to("float64"), teacher.to("float64"));
      const actual = loss(student.to(dtype), teacher.to("float64"));
      assertEquals(actual.dtype, "float64", name);
      assertClose(actual, expected, name.startsWith("reconstruction") ? { rtol: 1e-2 } : {});
    }
  }
});

test("other dtypes that differ are refused as before", () => {
  const [a, b] = [torch.ones([2, 3]), torch.ones([2, 3], { dtype: "float64" })];
  for (const loss of [losses["featureTransferLoss mse"], losses.kdLoss]) {
    assertThrows(() => loss(a, b), DTypeError);
  }
});
