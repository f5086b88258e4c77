import { assertEquals, assertStrictEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { checkFunction, checkLayer, goldenLayers, restore } from "./golden.ts";

const F = nn.functional;
type Run = Parameters<typeof checkLayer>[2];

/** Doubles the input first: a layer cannot write over one whose gradient is wanted. */
const plus: Run = (layer, [x]) => layer.forward(x.mul(2));

/** Joins values and places. */
const places: Run = (layer, [x]) => {
  const pool = layer as nn.MaxPool2d;
  const [values, indices] = pool.forward(x, { returnIndices: true });
  assertEquals(indices.dtype, "int64");
  return torch.cat([values.flatten(), indices.flatten().float()]);
};

class Heads extends nn.Module {
  readonly seen: Tensor = this.registerBuffer("seen", torch.ones([1]));
  readonly heads = new nn.ModuleDict({
    b: new nn.Linear(3, 2),
    a: new nn.Linear(3, 2, { bias: false }),
  });
  readonly scales = new nn.ParameterList([torch.ones([2]), torch.full([2], 0.5)]);
  readonly shifts = new nn.ParameterDict({ b: torch.zeros([2]), a: torch.ones([2]) });

  override forward(x: Tensor): Tensor {
    const b = this.heads.get("b").forward(x).mul(this.scales.at(0)).add(this.shifts.get("b"));
    const a = this.heads.get("a").forward(x).mul(this.scales.at(-1)).mul(this.seen);
    return b.add(a).add(this.shifts.get("a"));
  }
}

const layers: Record<string, [() => nn.Module, Run?]> = {
  "ReLU6": [() => new nn.ReLU6()],
  "ReLU6 in place": [() => new nn.ReLU6({ inplace: true }), plus],
  "PReLU": [() => new nn.PReLU()],
  "PReLU by channel": [() => new nn.PReLU(3, { init: 0.1 })],
  "ELU": [() => new nn.ELU(0.7)],
  "ELU in place": [() => new nn.ELU(1, { inplace: true }), plus],
  "CELU": [() => new nn.CELU(0.7)],
  "SELU": [() => new nn.SELU()],
  "Hardtanh": [() => new nn.Hardtanh(-0.5, 2)],
  "Hardtanh in place": [() => new nn.Hardtanh(-1, 1, { inplace: true }), plus],
  "Hardsigmoid": [() => new nn.Hardsigmoid()],
  "Hardsigmoid in place": [() => new nn.Hardsigmoid({ inplace: true }), plus],
  "Mish": [() => new nn.Mish()],
  "Mish in place": [() => new nn.Mish({ inplace: true }), plus],
  "Softplus": [() => new nn.Softplus(2, 1.5)],
  "LogSigmoid": [() => new nn.LogSigmoid()],
  "LogSoftmax": [() => new nn.LogSoftmax(1)],
  "GLU": [() => new nn.GLU(1)],
  "Conv3d": [() => new nn.Conv3d(2, 2, 2, { stride: [1, 2, 1] })],
  "Conv3d with options": [
    () =>
      new nn.Conv3d(2, 2, [1, 3, 2], {
        padding: [0, 1, 1],
        dilation: [1, 1, 2],
        groups: 2,
        bias: false,
      }),
  ],
  "Conv3d same, replicate": [
    () => new nn.Conv3d(1, 2, 2, { padding: "same", paddingMode: "replicate" }),
  ],
  "Conv1d reflect": [() => new nn.Conv1d(2, 2, 3, { padding: 2, paddingMode: "reflect" })],
  "ConvTranspose1d": [
    () => new nn.ConvTranspose1d(2, 4, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  ],
  "ConvTranspose1d output size": [
    () => new nn.ConvTranspose1d(2, 1, 3, { stride: 3 }),
    (layer, [x]) => (layer as nn.ConvTranspose1d).forward(x, { outputSize: [11] }),
  ],
  "ConvTranspose3d": [() => new nn.ConvTranspose3d(2, 1, 2, { stride: [1, 2, 1], bias: false })],
  "BatchNorm3d": [() => new nn.BatchNorm3d(2)],
  "BatchNorm3d eval": [() => new nn.BatchNorm3d(2)],
  "SyncBatchNorm": [() => new nn.SyncBatchNorm(3)],
  "SyncBatchNorm converted": [() =>
    nn.SyncBatchNorm.convertSyncBatchnorm(
      new nn.Sequential(
        new nn.Conv2d(1, 2, 3),
        new nn.BatchNorm2d(2),
        new nn.Flatten(1),
        new nn.BatchNorm1d(8, { momentum: null }),
      ),
    )],
  "InstanceNorm1d": [() => new nn.InstanceNorm1d(2)],
  "InstanceNorm2d affine": [() => new nn.InstanceNorm2d(2, { eps: 1e-2, affine: true })],
  "InstanceNorm2d tracked": [
    () => new nn.InstanceNorm2d(2, { momentum: 0.3, trackRunningStats: true }),
  ],
  "InstanceNorm2d tracked eval": [() => new nn.InstanceNorm2d(2, { trackRunningStats: true })],
  "InstanceNorm2d unbatched": [
    () => new nn.InstanceNorm2d(2, { affine: true, trackRunningStats: true }),
  ],
  "InstanceNorm3d": [() => new nn.InstanceNorm3d(2, { affine: true })],
  "RMSNorm": [() => new nn.RMSNorm(4)],
  "RMSNorm of two": [() => new nn.RMSNorm([3, 2], { eps: 0.1, elementwiseAffine: false })],
  "LocalResponseNorm": [() => new nn.LocalResponseNorm(3, { alpha: 0.5, beta: 0.6, k: 2 })],
  "LocalResponseNorm even": [() => new nn.LocalResponseNorm(2)],
  "MaxPool1d": [() => new nn.MaxPool1d(3, { stride: 2, padding: 1, ceilMode: true })],
  "MaxPool1d places": [() => new nn.MaxPool1d(2), places],
  "MaxPool2d places, dilated": [
    () => new nn.MaxPool2d(2, { stride: 1, padding: 1, dilation: 2 }),
    places,
  ],
  "MaxPool3d": [() => new nn.MaxPool3d([1, 2, 2], { ceilMode: true })],
  "MaxPool3d places": [() => new nn.MaxPool3d(2, { stride: 1 }), places],
  "AvgPool1d": [
    () => new nn.AvgPool1d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  ],
  "AvgPool2d ceil": [() => new nn.AvgPool2d(2, { stride: 2, padding: 1, ceilMode: true })],
  "AvgPool3d": [() => new nn.AvgPool3d(2, { stride: 1, divisorOverride: 3 })],
  "AdaptiveAvgPool1d": [() => new nn.AdaptiveAvgPool1d(3)],
  "AdaptiveAvgPool3d": [() => new nn.AdaptiveAvgPool3d([1, null, 2])],
  "AdaptiveMaxPool1d": [() => new nn.AdaptiveMaxPool1d(2)],
  "AdaptiveMaxPool2d": [() => new nn.AdaptiveMaxPool2d([null, 2])],
  "AdaptiveMaxPool2d places": [() => new nn.AdaptiveMaxPool2d(2), places],
  "AdaptiveMaxPool3d": [() => new nn.AdaptiveMaxPool3d([1, 2, 2])],
  "ZeroPad1d": [() => new nn.ZeroPad1d([1, 2])],
  "ZeroPad2d": [() => new nn.ZeroPad2d([1, -1, 0, 2])],
  "ZeroPad3d": [() => new nn.ZeroPad3d([0, 1, 1, 0, 0, 1])],
  "ConstantPad2d": [() => new nn.ConstantPad2d([1, 0, 2, 1], 0.5)],
  "ReflectionPad1d": [() => new nn.ReflectionPad1d(2)],
  "ReflectionPad2d": [() => new nn.ReflectionPad2d([1, 2, 0, 1])],
  "ReflectionPad2d unbatched": [() => new nn.ReflectionPad2d(1)],
  "ReflectionPad3d": [() => new nn.ReflectionPad3d(1)],
  "ReplicationPad1d": [() => new nn.ReplicationPad1d([3, 1])],
  "ReplicationPad2d": [() => new nn.ReplicationPad2d([1, 2, 3, 0])],
  "CircularPad2d": [() => new nn.CircularPad2d([1, 2, 0, 1])],
  "Dropout2d eval": [() => new nn.Dropout2d(0.4)],
  "Unflatten": [() => new nn.Unflatten(1, [2, -1])],
  "PixelShuffle": [() => new nn.PixelShuffle(2)],
  "PixelUnshuffle": [() => new nn.PixelUnshuffle(2)],
  "ChannelShuffle": [() => new nn.ChannelShuffle(3)],
  "Unfold": [() => new nn.Unfold([2, 3], { dilation: [2, 1], padding: 1, stride: [1, 2] })],
  "Fold": [() => new nn.Fold([3, 4], [2, 2], { padding: [0, 1], stride: [1, 2] })],
  "Upsample nearest": [() => new nn.Upsample({ scaleFactor: 2 })],
  "Upsample bilinear": [
    () => new nn.Upsample({ scaleFactor: [1.5, 2], mode: "bilinear", alignCorners: true }),
  ],
  "Upsample bicubic": [() => new nn.Upsample({ size: [3, 4], mode: "bicubic" })],
  "Upsample linear": [() => new nn.Upsample({ size: 5, mode: "linear" })],
  "Upsample recompute": [
    () => new nn.Upsample({ scaleFactor: 1.3, mode: "bilinear", recomputeScaleFactor: true }),
  ],
  "containers by name": [() => new Heads()],
};

const functions: Record<string, (x: Tensor, ...others: Tensor[]) => Tensor> = {
  "pad": (x) => F.pad(x, [1, 2, 3, 0], { value: 0.3 }),
  "pad the last three": (x) => F.pad(x, [1, 0, 0, 1, 2, 0]),
  "pad reflect a row": (x) => F.pad(x, [3, 1], { mode: "reflect" }),
  "pad reflect": (x) => F.pad(x, [1, 3, 2, 0], { mode: "reflect" }),
  "pad replicate": (x) => F.pad(x, [1, 1, 0, 4], { mode: "replicate" }),
  "pad circular": (x) => F.pad(x, [4, 0, 1, 2], { mode: "circular" }),
  "pad circular volumes": (x) => F.pad(x, [1, 0, 0, 2, 1, 1], { mode: "circular" }),
  "pad and cut": (x) => F.pad(x, [-1, 2, -1, -1]),
  "pad replicate and cut": (x) => F.pad(x, [-1, 2, 1, -1], { mode: "replicate" }),
  "conv1d": (x, w, b) => F.conv1d(x, w, b, { stride: 2, padding: 1 }),
  "conv3d": (x, w) => F.conv3d(x, w, null, { padding: "same" }),
  "convTranspose2d": (x, w, b) =>
    F.convTranspose2d(x, w, b, { stride: 2, outputPadding: 1, groups: 2 }),
  "prelu": (x, w) => F.prelu(x, w),
  "hardtanh": (x) => F.hardtanh(x, -0.2, 0.9),
  "glu": (x) => F.glu(x, 0),
  "instanceNorm": (x, weight, bias) => F.instanceNorm(x, { weight, bias, eps: 0.1 }),
  "localResponseNorm": (x) => F.localResponseNorm(x, 5, { alpha: 2 }),
  "adaptiveMaxPool2d": (x) => F.adaptiveMaxPool2d(x, [null, 2]),
  "unfold and fold": (x) => F.fold(F.unfold(x, 2, { stride: 1 }), [3, 4], 2),
};

test("every golden layer and function for vision models is tested", () => {
  assertEquals(Object.keys(layers), Object.keys(goldenLayers.layers));
  assertEquals(Object.keys(functions), Object.keys(goldenLayers.losses));
  assertEquals(Object.keys(drops), Object.keys(goldenLayers.drops));
});

for (const [name, [make, run]] of Object.entries(layers)) {
  test(`${name}: initial weights, output, gradients and buffers are PyTorch's`, () => {
    checkLayer(make, goldenLayers.layers[name], run);
  });
}

for (const [name, run] of Object.entries(functions)) {
  test(`${name}: value and gradient are PyTorch's`, () => {
    checkFunction(run, goldenLayers.losses[name]);
  });
}

test("state dicts of PyTorch's load strictly, and are given back as they were", () => {
  for (const [name, [make]] of Object.entries(layers)) {
    const expected = goldenLayers.layers[name].initial;
    torch.manualSeed(1);
    using layer = torch.scope(make);
    const state = Object.fromEntries(
      Object.entries(expected).map(([key, stored]) => [key, restore(stored).cpu()]),
    );
    assertEquals(layer.loadStateDict(state), { missing: [], unexpected: [] }, name);
    for (const [key, tensor] of Object.entries(layer.stateDict())) {
      assertEquals(tensor.equal(state[key]), true, `${name}: ${key}`);
    }
  }
});

/** Layers that drop, and the shape of the ones that they are given. */
const drops: Record<string, [nn.Module & { inplace: boolean }, number[]]> = {
  "Dropout": [new nn.Dropout(0.4), [3, 8]],
  "Dropout1d": [new nn.Dropout1d(0.4), [2, 4, 2]],
  "Dropout1d unbatched": [new nn.Dropout1d(0.4), [6, 2]],
  "Dropout2d": [new nn.Dropout2d(0.4), [2, 4, 1, 2]],
  "Dropout2d in place": [new nn.Dropout2d(0.3, { inplace: true }), [2, 4, 1, 2]],
  "Dropout3d": [new nn.Dropout3d(0.4), [2, 3, 1, 2, 1]],
  "Dropout3d unbatched in place": [new nn.Dropout3d(0.4, { inplace: true }), [6, 1, 2, 1]],
  "AlphaDropout": [new nn.AlphaDropout(0.4), [3, 4]],
  "AlphaDropout in place": [new nn.AlphaDropout(0.2, { inplace: true }), [3, 4]],
};

for (const [name, [layer, shape]] of Object.entries(drops)) {
  test(`${name} drops what PyTorch drops under the same seed, and nothing in evaluation`, () => {
    torch.manualSeed(5);
    const ones = torch.ones(shape);
    const dropped = layer.train().forward(ones);
    assertClose(dropped, restore(goldenLayers.drops[name]).cpu());
    assertEquals(dropped === ones, layer.inplace);
    assertEquals(ones.equal(dropped), layer.inplace);
    const x = torch.randn(shape, { device });
    assertStrictEquals(layer.eval().forward(x), x);
  });
}

test("dropout's functions are the layers'", () => {
  const x = torch.ones([2, 4, 1, 2]);
  const runs: [string, () => Tensor][] = [
    ["Dropout2d", () => F.dropout2d(x, 0.4)],
    ["Dropout1d", () => F.dropout1d(torch.ones([2, 4, 2]), 0.4, true)],
    ["Dropout3d", () => F.dropout3d(torch.ones([2, 3, 1, 2, 1]), 0.4)],
    ["AlphaDropout", () => F.alphaDropout(torch.ones([3, 4]), 0.4, true)],
  ];
  for (const [name, run] of runs) {
    torch.manualSeed(5);
    assertClose(run(), restore(goldenLayers.drops[name]).cpu());
  }
  assertClose(F.dropout2d(x, 0.4, false), x);
});
