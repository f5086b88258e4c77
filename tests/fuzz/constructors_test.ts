/**
 * Makes layers, optimizers, schedules and models with one argument at a time replaced by an odd value: each is made,
 * or refused in words by an error of this package, and none takes a gigabyte.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ApprenticeError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

// deno-lint-ignore no-explicit-any -- what is odd has no type
type Odd = any;

const odd: Odd[] = [NaN, -1, -0, 0, 0.5, 1.5, 2 ** 40, 2 ** 53, 1e300, Infinity, -Infinity]
  .concat([["x"], "x", null, true, 5n, [], [NaN], [-1, 2], [2 ** 40, 2 ** 40], Array(3)] as Odd[]);

/** Arguments in order; those of an object at the end are replaced one by one. */
type Target = [make: (...given: Odd[]) => void, ...given: Odd[]];

const weights = () => [torch.ones([2], { requiresGrad: true })];
const sgd = () => new optim.SGD(weights(), { lr: 0.1, momentum: 0.9 });
const layer = (
  kind: Odd,
  ...given: Odd[]
): Target => [(...all) => new kind(...all).dispose(), ...given];
const optimizer = (kind: Odd, options: object): Target => [
  (all) => {
    const params = weights();
    const made = new kind(params, all);
    params[0].sum().backward();
    made.step();
    made.dispose();
  },
  options,
];
const schedule = (kind: Odd, options: object): Target => [
  (all) => {
    using steps = sgd();
    const made = new kind(steps, all);
    for (let step = 0; step < 4; step++) made.step();
    made.lrAt?.(9);
  },
  options,
];
const conv = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true, paddingMode: "zeros" };
const pool = { stride: 1, padding: 0 };
const vit = { numClasses: 2, imageSize: 16, patchSize: 8, dim: 8, depth: 1, heads: 2 };

const stages = { numClasses: 2, depths: [1, 1] };

const targets: Record<string, Target> = {
  Linear: layer(nn.Linear, 2, 3, { bias: true }),
  Conv1d: layer(nn.Conv1d, 2, 2, 3, conv),
  Conv2d: layer(nn.Conv2d, 2, 2, 3, conv),
  ConvTranspose2d: layer(nn.ConvTranspose2d, 2, 2, 3, { stride: 2, outputPadding: 1 }),
  BatchNorm2d: layer(nn.BatchNorm2d, 3, { eps: 1e-5, momentum: 0.1, affine: true }),
  LayerNorm: layer(nn.LayerNorm, 3, { eps: 1e-5, elementwiseAffine: true }),
  GroupNorm: layer(nn.GroupNorm, 1, 2, { eps: 1e-5 }),
  MaxPool2d: layer(nn.MaxPool2d, 2, { ...pool, dilation: 1, ceilMode: false }),
  AvgPool2d: layer(nn.AvgPool2d, 2, { ...pool, divisorOverride: 2 }),
  AdaptiveAvgPool2d: layer(nn.AdaptiveAvgPool2d, 2),
  MaxUnpool2d: layer(nn.MaxUnpool2d, 2, pool),
  Embedding: layer(nn.Embedding, 3, 2, { paddingIdx: 0, maxNorm: 1, normType: 2 }),
  MultiheadAttention: layer(nn.MultiheadAttention, 4, 2, { dropout: 0, kdim: 3, vdim: 2 }),
  TransformerEncoderLayer: layer(nn.TransformerEncoderLayer, 4, 2, { dimFeedforward: 8 }),
  Dropout: layer(nn.Dropout, 0.5),
  LeakyReLU: layer(nn.LeakyReLU, 0.1),
  Softmax: layer(nn.Softmax, 0),
  Flatten: layer(nn.Flatten, 1, -1),
  SGD: optimizer(optim.SGD, { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0 }),
  Adam: optimizer(optim.Adam, { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0 }),
  AdamW: optimizer(optim.AdamW, { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1 }),
  StepLR: schedule(optim.StepLR, { stepSize: 2, gamma: 0.5 }),
  MultiStepLR: schedule(optim.MultiStepLR, { milestones: [1, 2], gamma: 0.5 }),
  ConstantLR: schedule(optim.ConstantLR, { factor: 0.5, totalIters: 2 }),
  LinearLR: schedule(optim.LinearLR, { startFactor: 0.5, endFactor: 1, totalIters: 2 }),
  LinearWarmup: schedule(optim.LinearWarmup, { steps: 2, startFactor: 0.5 }),
  ExponentialLR: schedule(optim.ExponentialLR, { gamma: 0.5 }),
  PolynomialLR: schedule(optim.PolynomialLR, { totalIters: 2, power: 1 }),
  CosineAnnealing: schedule(optim.CosineAnnealing, { steps: 4, etaMin: 0, warmupSteps: 1 }),
  WarmRestarts: schedule(optim.CosineAnnealingWarmRestarts, { t0: 2, tMult: 2, etaMin: 0 }),
  CyclicLR: schedule(optim.CyclicLR, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2, gamma: 1 }),
  OneCycle: schedule(optim.OneCycle, { maxLr: 1, totalSteps: 4, pctStart: 0.3, divFactor: 9 }),
  Plateau: schedule(optim.ReduceLROnPlateau, { factor: 0.5, patience: 1, cooldown: 0, minLr: 0 }),
  SmallResNet: layer(models.SmallResNet, { numClasses: 2, channels: 3, blocks: 1, widths: [4, 4] }),
  SmallCnn: layer(models.SmallCnn, { numClasses: 2, channels: 3, widths: [4, 4] }),
  Mlp: layer(models.Mlp, { inputs: 4, widths: [4], numClasses: 2, dropout: 0.1 }),
  SmallVit: layer(models.SmallVit, vit),
  ConvNeXt: layer(models.ConvNeXt, { numClasses: 2, depths: [1, 1, 1, 1], dims: [4, 4, 4, 4] }),
  DenseNet: layer(models.DenseNet, { numClasses: 2, growth: 4, depths: [1, 1] }),
  EdgeNeXt: layer(models.EdgeNeXt, {
    numClasses: 2,
    depths: [1, 1, 1, 1],
    dims: [4, 4, 8, 8],
    heads: 2,
    overlapping: false,
  }),
  NfNet: layer(models.NfNet, {
    numClasses: 2,
    depths: [1],
    dims: [8],
    stem: "plain",
    ratio: 0.5,
    groupSize: 8,
    activation: "relu",
    attention: 0.5,
  }),
  RepVit: layer(models.RepVit, { numClasses: 2, depths: [1], dims: [8], legacy: true }),
  CifarResNet: layer(models.CifarResNet, { numClasses: 2, depth: 8 }),
  WideResNet: layer(models.WideResNet, { numClasses: 2, depth: 10, widen: 1 }),
  Swin: layer(models.Swin, { ...stages, dim: 4, heads: [1, 2], window: 2, padsFirst: true }),
  SwinV2: layer(models.Swin, {
    ...{ ...stages, dim: 4, heads: [1, 2], window: [2, 2], version: 2, imageSize: 16 },
    trainedWindows: [2, 2],
  }),
  Hiera: layer(models.Hiera, {
    ...{ ...stages, imageSize: 32, dim: 4, heads: 1, mlpRatio: 2, expands: false },
    ...{ globalPositions: 2, layerScale: 1e-5 },
  }),
  MaxVit: layer(models.MaxVit, {
    ...{ ...stages, imageSize: 32, dims: [32, 32], blocks: ["C", "T"], stem: [4, 4] },
    ...{ headHidden: 4, headBias: false },
  }),
  MetaFormer: layer(models.MetaFormer, {
    ...{ ...stages, dims: [4, 4], mixers: ["pool", "conv"], baseline: false, layerScale: 1e-5 },
  }),
  TinyVit: layer(models.TinyVit, { ...stages, dims: [4, 8], heads: [1, 2], windows: [2, 2] }),
  VisionTransformer: layer(models.VisionTransformer, vit),
  VisionTransformer2: layer(models.VisionTransformer, {
    ...{ ...vit, registers: 1, pool: "map", block: "pre", layerScale: 1, ragged: true },
    ...{ preNorm: true, finalNorm: true, fcNorm: false, activation: "gelu", eps: 1e-6 },
  }),
  DistilledVit: layer(models.DistilledVit, vit),
  NaFlexVit: layer(models.NaFlexVit, {
    ...{ ...vit, gridSize: 2, factorized: false, interpolation: "bilinear", antialias: true },
    ...{ keepsAspect: false, alignCorners: false, registers: 1, classToken: false },
  }),
  Beit: layer(models.Beit, { ...vit, layerScale: 1 }),
  Radio: layer(models.Radio, { ...vit, teachers: ["a"], summaries: 1, registers: 1, gridSize: 2 }),
};

/** The arguments with each number, list or option replaced by each odd value in turn. */
function* replaced(given: Odd[]): Generator<Odd[]> {
  for (let i = 0; i < given.length; i++) {
    const options = typeof given[i] === "object" ? given[i] : undefined;
    for (const value of odd) {
      for (const name of options ? Object.keys(options) : [""]) {
        yield given.with(i, options ? { ...options, [name]: value } : value);
      }
    }
  }
}

for (const [name, [make, ...given]] of Object.entries(targets)) {
  test(`${name}: odd arguments are taken, or refused in words`, () => {
    torch.scope(() => make(...given));
    const bare: string[] = [];
    for (const all of replaced(given)) {
      torch.scope(() => {
        const before = torch.memory().bytes;
        try {
          make(...all);
        } catch (error) {
          if (!(error instanceof ApprenticeError)) bare.push(`${Deno.inspect(all)}: ${error}`);
        }
        assert(torch.memory().bytes - before < 2 ** 30, `${Deno.inspect(all)} takes a gigabyte`);
      });
    }
    assertEquals(bare, []);
  });
}
