/**
 * Makes layers, optimizers and schedules and calls functional forms, with well-typed arguments of which some are
 * unusual numbers. As `operators.ts` otherwise.
 *
 *     deno run -A tests/fuzz/modules.ts SEED CALLS FILE
 *
 * @module
 */

import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { CallRecord, show } from "./record.ts";
import { Draw, float, integer } from "./values.ts";

const [seed, calls, path] = Deno.args;
const draw = new Draw(Number(seed));
torch.setNumThreads(1);
torch.manualSeed(Number(seed));

/** Where a tensor goes. */
const x = Symbol("tensor");

const layers: [string, ...unknown[]][] = [
  ["Linear", 3, 4, { bias: true }],
  ["Conv1d", 2, 4, 3, { stride: 1, padding: 1, dilation: 1, groups: 1, bias: true }],
  ["Conv2d", 2, 4, [3, 3], { stride: 1, padding: [1, 1], dilation: 1, groups: 1, bias: true }],
  ["ConvTranspose2d", 2, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }],
  ["BatchNorm1d", 3, { eps: 1e-5, momentum: 0.1, affine: true }],
  ["BatchNorm2d", 2, { eps: 1e-5, momentum: 0.1, affine: true }],
  ["LayerNorm", [3], { eps: 1e-5 }],
  ["LayerNorm2d", 2],
  ["GroupNorm", 1, 2, { eps: 1e-5 }],
  ["Embedding", 5, 3, { paddingIdx: 0 }],
  ["MaxPool2d", 2, { stride: 2, padding: 0 }],
  ["AvgPool2d", 2, { stride: 2, padding: 0 }],
  ["AdaptiveAvgPool2d", [1, 2]],
  ["Dropout", 0.5],
  ["Flatten", 1, -1],
  ["MultiheadAttention", 4, 2, { dropout: 0 }],
  ["TransformerEncoderLayer", 4, 2, { dimFeedforward: 8, dropout: 0 }],
  ["Softmax", 1],
  ["LeakyReLU", 0.1],
];
const forms: [string, ...unknown[]][] = [
  ["softmax", x, -1],
  ["dropout", x, { p: 0.5, training: true }],
  ["interpolate", x, { size: [2, 2], mode: "bilinear" }],
  ["interpolate", x, { scaleFactor: 2 }],
  ["crossEntropy", x, x, { labelSmoothing: 0.1, ignoreIndex: -100 }],
  ["nllLoss", x, x],
  ["mseLoss", x, x],
  ["smoothL1Loss", x, x, { beta: 1 }],
  ["klDiv", x, x, { reduction: "batchmean" }],
  ["normalize", x, { p: 2, dim: 1 }],
  ["maxPool2d", x, 2],
  ["avgPool2d", x, 2],
  ["conv2d", x, x],
  ["linear", x, x],
  ["layerNorm", x, [3]],
  ["cosineSimilarity", x, x, { dim: 1 }],
];
const optimizers: [string, ...unknown[]][] = [
  ["SGD", { lr: 0.1, momentum: 0.9, weightDecay: 0, dampening: 0, nesterov: true }],
  ["Adam", { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0, amsgrad: true }],
  ["AdamW", { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0 }],
];
const schedules: [string, ...unknown[]][] = [
  ["StepLR", { stepSize: 2, gamma: 0.1 }],
  ["MultiStepLR", { milestones: [2, 4], gamma: 0.1 }],
  ["ExponentialLR", { gamma: 0.9 }],
  ["ConstantLR", { factor: 0.5, totalIters: 3 }],
  ["LinearLR", { startFactor: 0.5, endFactor: 1, totalIters: 3 }],
  ["LinearWarmup", { steps: 3 }],
  ["PolynomialLR", { totalIters: 3, power: 1 }],
  ["CosineAnnealing", { steps: 10, etaMin: 0, warmupSteps: 2 }],
  ["CosineAnnealingWarmRestarts", { t0: 3, tMult: 2, etaMin: 0 }],
  ["OneCycle", { totalSteps: 10, maxLr: 0.1, pctStart: 0.3 }],
  ["CyclicLR", { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 3 }],
];

/** A value of the same type, that may be another number, flag or length. */
function changed(value: unknown): unknown {
  if (value === x) return input();
  if (typeof value === "number") {
    if (draw.below(3) > 0) return value;
    return draw.below(2) ? integer(draw) : float(draw);
  }
  if (typeof value === "boolean") return draw.below(2) === 1;
  if (Array.isArray(value)) return draw.below(8) === 0 ? [] : value.map(changed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one)]));
}

function input(): torch.Tensor {
  const shape = draw.one([[2, 3], [1, 2, 4, 4], [0, 3], [], [2, 3, 4], [3]]);
  const kind = draw.below(8);
  if (kind === 0) return torch.full(shape, NaN);
  return kind < 3 ? torch.randint(-1, 4, shape) : torch.randn(shape);
}

/** What the rooms export, by name. */
// deno-lint-ignore no-explicit-any -- every class and function in turn
type Named = any;

const record = new CallRecord(path);
for (let i = 0; i < Number(calls); i++) {
  const list = draw.one([layers, forms, optimizers, schedules]);
  const [name, ...wanted] = draw.one(list);
  torch.scope(() => {
    const given = wanted.map(changed);
    record.attempt(name, `${i} ${name}(${show(given)})`, () => {
      if (list === layers) return new (nn as Named)[name](...given).forward(input());
      if (list === forms) return (nn.functional as Named)[name](...given);
      const w = torch.ones([2, 3], { requiresGrad: true });
      if (list === schedules) {
        const schedule = new (optim as Named)[name](new optim.SGD([w], { lr: 0.1 }), ...given);
        schedule.lrAt(changed(1), changed(0));
        return schedule.step();
      }
      const optimizer = new (optim as Named)[name]([w], ...given);
      w.mul(2).sum().backward();
      optimizer.step();
    });
  });
}
record.print();
