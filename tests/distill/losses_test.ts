import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  entropyLoss,
  featureTransferLoss,
  kdLoss,
  klDivergence,
  logitTransferLoss,
  reconstructionLoss,
  voteLogits,
} from "../../src/distill/mod.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { gradientError } from "./nets.ts";

const t = (values: torch.NestedArray, dtype: torch.DType = "float32") =>
  torch.tensor(values, { dtype, device });

const logSoftmax = (z: number[]): number[] => {
  const top = Math.max(...z);
  const sum = Math.log(z.reduce((a, v) => a + Math.exp(v - top), 0)) + top;
  return z.map((v) => v - sum);
};

test("logit transfer: the pseudo class by alpha1, the others by alpha2", () => {
  const vote = {
    pseudoClass: t([1, 0], "int64"),
    probabilities: t([[0.2, 0.5, 0.3], [0.6, 0.4, 0]]),
  };
  const z = [[1, 2, -1], [0.5, -2, 3]];
  const lp = z.map(logSoftmax);
  const expected = -(
    2 * 0.5 * lp[0][1] + 0.3 * (0.2 * lp[0][0] + 0.3 * lp[0][2]) +
    2 * 0.6 * lp[1][0] + 0.3 * (0.4 * lp[1][1] + 0 * lp[1][2])
  ) / 2;
  const loss = logitTransferLoss(t(z), vote, { alpha1: 2, alpha2: 0.3 });
  assertAlmostEquals(loss.item(), expected, 1e-5);
  assertEquals(vote.probabilities.toArray(), t([[0.2, 0.5, 0.3], [0.6, 0.4, 0]]).toArray());
});

test("logit transfer: with both alphas 1 it is soft cross-entropy", () => {
  torch.manualSeed(1);
  const vote = voteLogits([1, 2, 3].map(() => torch.randn([16, 5], { device })));
  const z = torch.randn([16, 5], { device });
  assertClose(
    logitTransferLoss(z, vote, { alpha1: 1, alpha2: 1 }),
    nn.functional.crossEntropy(z, vote.probabilities),
  );
});

test("logit transfer: the temperature divides logits, its square multiplies the loss", () => {
  torch.manualSeed(2);
  const vote = voteLogits([torch.randn([4, 5], { device })], { temperature: 3 });
  const z = torch.randn([4, 5], { device });
  const alphas = { alpha1: 1, alpha2: 0.5 };
  assertClose(
    logitTransferLoss(z, vote, { ...alphas, temperature: 3 }),
    logitTransferLoss(z.div(3), vote, alphas).mul(9),
  );
});

test("logit transfer: huge logits give a finite loss and gradient", () => {
  const vote = voteLogits([t([[1e4, -1e4, 0]])]);
  const z = t([[-1e4, 1e4, 0]]).requiresGrad_();
  const loss = logitTransferLoss(z, vote, { alpha1: 1, alpha2: 0.5 });
  assertAlmostEquals(loss.item(), 2e4, 1);
  loss.backward();
  assertClose(z.grad!, [[-1, 1, 0]]);
});

test("feature transfer: the four distances", () => {
  const x = t([[1, 2], [0, 3]]);
  const target = t([[1, 4], [0.5, 3]]);
  const by = (distance: "mse" | "l1" | "smoothL1" | "cosine") =>
    featureTransferLoss(x, target, { distance }).item();
  assertAlmostEquals(featureTransferLoss(x, target).item(), (4 + 0.25) / 4, 1e-6);
  assertAlmostEquals(by("mse"), (4 + 0.25) / 4, 1e-6);
  assertAlmostEquals(by("l1"), 2.5 / 4, 1e-6);
  assertAlmostEquals(by("smoothL1"), (1.5 + 0.125) / 4, 1e-6);
  const cosines = [9 / Math.sqrt(5 * 17), 9 / Math.sqrt(9 * 9.25)];
  assertAlmostEquals(by("cosine"), 1 - (cosines[0] + cosines[1]) / 2, 1e-6);
});

test("reconstruction: lengths, not squared, the mean over images, the sum over teachers", () => {
  const original = [t([[3, 4], [0, 1]]), t([[1, 2, 2], [6, 0, 0]])];
  const decoded = original.map((x) => torch.zerosLike(x));
  assertAlmostEquals(reconstructionLoss(decoded, original).item(), (5 + 1) / 2 + (3 + 6) / 2, 1e-6);
});

test("reconstruction: where nothing is left, the gradient is 0, not NaN", () => {
  const decoded = t([[0, 0], [3, 4]]).requiresGrad_();
  reconstructionLoss([decoded], [t([[0, 0], [0, 0]])]).backward();
  assertClose(decoded.grad!, [[0, 0], [0.3, 0.4]]);
});

test("knowledge distillation: T² KL, 0 for equal predictions", () => {
  const zs = [[1, 2, -1], [0.5, -2, 3]];
  const zt = [[0, 1, 1], [2, -1, 0]];
  for (const temperature of [1, 4]) {
    let expected = 0;
    zs.forEach((z, b) => {
      const s = logSoftmax(z.map((v) => v / temperature));
      const p = logSoftmax(zt[b].map((v) => v / temperature));
      expected += temperature ** 2 * p.reduce((a, v, c) => a + Math.exp(v) * (v - s[c]), 0) / 2;
    });
    assertAlmostEquals(kdLoss(t(zs), t(zt), { temperature }).item(), expected, 1e-5);
    assertAlmostEquals(kdLoss(t(zs), t(zs), { temperature }).item(), 0, 1e-6);
  }
  // Of several teachers the mean prediction; a probability of 0 is no trouble.
  const many = [t([[1, 0, 2]]), t([[0, 3, 0]])];
  const { probabilities } = voteLogits(many, { temperature: 2 });
  assertClose(
    kdLoss(t([zs[0]]), many, { temperature: 2 }),
    klDivergence(t([zs[0]]), probabilities, { temperature: 2 }),
  );
  assertAlmostEquals(klDivergence(t([[0, 0]]), t([[1, 0]])).item(), Math.log(2), 1e-6);
});

test("entropy: log C for no opinion, 0 for certainty", () => {
  assertAlmostEquals(entropyLoss(t([[2, 2, 2, 2]])).item(), Math.log(4), 1e-6);
  const certain = t([[1000, 0, -1000]]).requiresGrad_();
  const loss = entropyLoss(certain);
  assertEquals(loss.item(), 0);
  loss.backward();
  assertEquals(certain.grad!.toArray(), [[0, 0, 0]]);
  assertAlmostEquals(
    entropyLoss(t([[0, Math.log(3)]])).item(),
    0.25 * Math.log(4) + 0.75 * Math.log(4 / 3),
    1e-6,
  );
});

test("gradients agree with finite differences", () => {
  torch.manualSeed(3);
  const randn = (...shape: number[]) => torch.randn(shape, { device, dtype: "float64" });
  const vote = voteLogits([randn(3, 4), randn(3, 4)]);
  const z = randn(3, 4).requiresGrad_();
  const target = randn(3, 4).requiresGrad_();
  const losses = [
    () => logitTransferLoss(z, vote, { alpha1: 2, alpha2: 0.3, temperature: 2 }),
    () => klDivergence(z, vote.probabilities, { temperature: 3 }),
    () => entropyLoss(z),
    () => reconstructionLoss([z, z], [target, target.neg()]),
    ...(["mse", "l1", "smoothL1", "cosine"] as const).map((distance) => () =>
      featureTransferLoss(z, target, { distance })
    ),
  ];
  for (const loss of losses) assert(gradientError(z, loss) < 1e-6);
  assert(gradientError(target, losses[4]) < 1e-6, "the target learns too");
});

test("bad input is refused by name and values", () => {
  const z = t([[1, 2, 3]]);
  const vote = voteLogits([z]);
  const refuse = (body: () => unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(body, type);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  refuse(() => logitTransferLoss(t([[1, 2]]), vote), ShapeError, "[1, 2]", "[1, 3]");
  refuse(() => logitTransferLoss(t([1, 2, 3]), vote), ShapeError, "student's logits", "[3]");
  refuse(() => logitTransferLoss(t([[1, 2, 3]], "int64"), vote), DTypeError, "int64");
  refuse(() => logitTransferLoss(z, vote, { alpha1: -1 }), ArgumentError, "alpha1", "-1");
  refuse(() => logitTransferLoss(z, vote, { alpha2: NaN }), ArgumentError, "alpha2", "NaN");
  refuse(() => logitTransferLoss(z, vote, { temperature: 0 }), ArgumentError, "temperature", "0");
  refuse(() => featureTransferLoss(z, t([[1, 2]])), ShapeError, "[1, 2]", "[1, 3]");
  refuse(() => featureTransferLoss(torch.zeros([0, 3]), torch.zeros([0, 3])), ShapeError, "[0, 3]");
  // deno-lint-ignore no-explicit-any
  refuse(() => featureTransferLoss(z, z, { distance: "far" as any }), ArgumentError, '"far"');
  refuse(() => reconstructionLoss([], []), ArgumentError, "No teacher");
  refuse(() => reconstructionLoss([z], [z, z]), ArgumentError, "1 and 2");
  refuse(() => reconstructionLoss([z, z], [z, t([[1]])]), ShapeError, "teacher 1", "[1, 1]");
  refuse(() => kdLoss(z, []), ArgumentError, "No teacher");
  refuse(() => kdLoss(z, t([[1]])), ShapeError, "[1, 1]");
  refuse(() => kdLoss(z, z, { temperature: -4 }), ArgumentError, "-4");
  refuse(() => entropyLoss(t([1, 2])), ShapeError, "[2]");
});
