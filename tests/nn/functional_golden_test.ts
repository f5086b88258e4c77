import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { checkFunction, golden, restore, tolerance } from "./golden.ts";

const F = nn.functional;
const weight = () => torch.tensor([0.5, 1, 2], { device });

const losses: Record<string, (x: Tensor, ...others: Tensor[]) => Tensor> = {
  "crossEntropy": (x, y) => F.crossEntropy(x, y),
  "crossEntropy weight": (x, y) => F.crossEntropy(x, y, { weight: weight() }),
  "crossEntropy smoothing": (x, y) => F.crossEntropy(x, y, { labelSmoothing: 0.1 }),
  "crossEntropy ignore": (x, y) => F.crossEntropy(x, y, { ignoreIndex: 2 }),
  "crossEntropy none": (x, y) => F.crossEntropy(x, y, { reduction: "none" }),
  "crossEntropy all": (x, y) =>
    F.crossEntropy(x, y, {
      weight: weight(),
      labelSmoothing: 0.2,
      ignoreIndex: 0,
      reduction: "sum",
    }),
  "crossEntropy probabilities": (x, y) => F.crossEntropy(x, y),
  "crossEntropy images": (x, y) => F.crossEntropy(x, y),
  "nllLoss": (x, y) => F.nllLoss(x, y),
  "nllLoss images": (x, y) => F.nllLoss(x, y, { weight: weight(), reduction: "sum" }),
  "mseLoss": (x, y) => F.mseLoss(x, y),
  "mseLoss sum": (x, y) => F.mseLoss(x, y, { reduction: "sum" }),
  "l1Loss": (x, y) => F.l1Loss(x, y),
  "smoothL1Loss": (x, y) => F.smoothL1Loss(x, y, { beta: 0.5 }),
  "klDiv": (x, y) => F.klDiv(x, y),
  "klDiv batchmean": (x, y) => F.klDiv(x, y, { reduction: "batchmean" }),
  "klDiv log": (x, y) => F.klDiv(x, y, { reduction: "sum", logTarget: true }),
  "binaryCrossEntropyWithLogits": (x, y) => F.binaryCrossEntropyWithLogits(x, y),
  "binaryCrossEntropyWithLogits weights": (x, y) =>
    F.binaryCrossEntropyWithLogits(x, y, { weight: weight(), posWeight: weight() }),
  "cosineEmbeddingLoss": (x, y, t) => F.cosineEmbeddingLoss(x, y, t, { margin: 0.1 }),
  "cosineSimilarity": (x, y) => F.cosineSimilarity(x, y),
  "normalize": (x) => F.normalize(x),
  "interpolate nearest": (x) => F.interpolate(x, { size: [3, 5] }),
  "interpolate bilinear": (x) => F.interpolate(x, { scaleFactor: 2.5, mode: "bilinear" }),
  "interpolate bicubic": (x) => F.interpolate(x, { size: 5, mode: "bicubic", alignCorners: true }),
  "interpolate antialias": (x) => F.interpolate(x, { size: 1, mode: "bilinear", antialias: true }),
};

test("every golden function is tested", () => {
  assertEquals(Object.keys(losses).sort(), Object.keys(golden.losses).sort());
});

for (const [name, expected] of Object.entries(golden.losses)) {
  test(`${name}: value and gradient are PyTorch's`, () => {
    checkFunction(losses[name], expected);
  });
}

const modules: Record<string, () => nn.Module> = {
  "crossEntropy all": () =>
    new nn.CrossEntropyLoss({
      weight: weight(),
      labelSmoothing: 0.2,
      ignoreIndex: 0,
      reduction: "sum",
    }),
  "nllLoss images": () => new nn.NLLLoss({ weight: weight(), reduction: "sum" }),
  "mseLoss sum": () => new nn.MSELoss({ reduction: "sum" }),
  "l1Loss": () => new nn.L1Loss(),
  "smoothL1Loss": () => new nn.SmoothL1Loss({ beta: 0.5 }),
  "klDiv batchmean": () => new nn.KLDivLoss({ reduction: "batchmean" }),
  "binaryCrossEntropyWithLogits weights": () =>
    new nn.BCEWithLogitsLoss({ weight: weight(), posWeight: weight() }),
  "cosineEmbeddingLoss": () => new nn.CosineEmbeddingLoss({ margin: 0.1 }),
};

for (const [name, make] of Object.entries(modules)) {
  test(`${name} as a module keeps its options, and copies of its weights`, () => {
    using loss = torch.scope(make);
    const expected = golden.losses[name];
    assertClose(
      loss.forward(...expected.inputs.map(restore)),
      restore(expected.output),
      tolerance,
    );
  });
}

const inits: Record<string, (t: Tensor) => Tensor> = {
  "uniform_": (t) => nn.init.uniform_(t, -2, 3),
  "normal_": (t) => nn.init.normal_(t, 1, 2),
  "constant_": (t) => nn.init.constant_(t, 0.3),
  "kaimingUniform_": (t) => nn.init.kaimingUniform_(t, { nonlinearity: "relu" }),
  "kaimingNormal_": (t) => nn.init.kaimingNormal_(t, { mode: "fanOut", nonlinearity: "relu" }),
  "xavierUniform_": (t) => nn.init.xavierUniform_(t, 1.5),
  "xavierNormal_": (t) => nn.init.xavierNormal_(t),
  "truncNormal_": (t) => nn.init.truncNormal_(t, 0, 0.02),
  "truncNormal_ narrow": (t) => nn.init.truncNormal_(t, 1, 2, 0, 1.5),
};

for (const [name, expected] of Object.entries(golden.inits)) {
  test(`init.${name} draws what PyTorch draws`, () => {
    torch.manualSeed(3);
    const parameter = torch.empty([4, 6]).requiresGrad_();
    const returned = inits[name](parameter);
    assertEquals(returned, parameter);
    assertClose(returned, expected.values.length === 24 ? restoreFlat(name) : [], {
      rtol: 1e-6,
      atol: 1e-8,
    });
  });
}

function restoreFlat(name: string): Tensor {
  return restore(golden.inits[name]).cpu();
}

test("dropout drops what PyTorch drops under the same seed", () => {
  torch.manualSeed(5);
  assertClose(F.dropout(torch.ones([3, 8]), 0.4, true), restore(golden.dropout).cpu());
});
