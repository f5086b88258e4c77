import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const F = nn.functional;
const zeros = (...shape: number[]) => torch.zeros(shape, { device });
const whole = (...shape: number[]) => torch.zeros(shape, { dtype: "int64", device });

/** Options that types do not let through. */
// deno-lint-ignore no-explicit-any
const odd = (value: unknown): any => value;

/** Calls a layer on an input, and lets go of it. */
function on(layer: nn.Module, input: torch.Tensor): void {
  using made = layer.to(device);
  made.forward(input);
}

const options: [string, () => unknown][] = [
  ["PReLU: numParameters must be a whole number of at least 1, got 0", () => new nn.PReLU(0)],
  ["PReLU: init must be a finite number, got NaN", () => new nn.PReLU(1, { init: NaN })],
  ["minVal must not be above maxVal, got minVal 2 and maxVal 1", () => new nn.Hardtanh(2, 1)],
  ["hardtanh: minVal must not be above", () => F.hardtanh(zeros(2), NaN, 1)],
  ["CELU: alpha must not be 0", () => new nn.CELU(0)],
  ["celu: alpha must not be 0", () => F.celu(zeros(2), 0)],
  ["ELU: alpha must be a finite number, got Infinity", () => new nn.ELU(Infinity)],
  ["Softplus: beta must be a finite number, got NaN", () => new nn.Softplus(NaN)],
  ["GLU: dim must be a whole number, got 0.5", () => new nn.GLU(0.5)],
  [`ReLU6 has no option "inPlace"; it has inplace`, () => new nn.ReLU6(odd({ inPlace: true }))],
  ["Conv3d: a weight of shape", () => new nn.Conv3d(2 ** 20, 2 ** 20, 3)],
  ["kernelSize must be one number or 3 of them", () => new nn.Conv3d(1, 1, odd([2, 2]))],
  [
    "ConvTranspose3d: outputPadding must be below stride [1,2,1] or dilation [1,1,1], got [0,1,1]",
    () => new nn.ConvTranspose3d(1, 1, 3, { stride: [1, 2, 1], outputPadding: [0, 1, 1] }),
  ],
  [
    "it cuts off and pads nothing",
    () => new nn.ConvTranspose1d(1, 1, 3, odd({ paddingMode: "zeros" })),
  ],
  [
    "ConvTranspose1d: outputSize [20] is none that an input of [3] can have; those are [9] to [11]",
    () => {
      using layer = new nn.ConvTranspose1d(1, 1, 3, { stride: 3 }).to(device);
      layer.forward(zeros(1, 1, 3), { outputSize: [20] });
    },
  ],
  ["InstanceNorm2d: eps", () => new nn.InstanceNorm2d(2, { eps: -1 })],
  ["InstanceNorm1d: momentum", () => new nn.InstanceNorm1d(2, { momentum: 2 })],
  [
    "useInputStats: false needs a runningMean",
    () => F.instanceNorm(zeros(1, 2, 3), { useInputStats: false }),
  ],
  ["RMSNorm: normalizedShape must not be empty", () => new nn.RMSNorm([])],
  ["LayerNorm has", () => new nn.RMSNorm(4, odd({ bias: true }))],
  ["LocalResponseNorm: size", () => new nn.LocalResponseNorm(0)],
  ["LocalResponseNorm: beta", () => new nn.LocalResponseNorm(3, { beta: NaN })],
  ["at most half of kernelSize [2], got [2]", () => new nn.MaxPool1d(2, { padding: 2 })],
  [
    "at most half of a window's reach [3, 3], got [2, 2]",
    () => new nn.MaxPool2d(2, { padding: 2, dilation: 2 }),
  ],
  ["ask forward(input, { returnIndices", () => new nn.MaxPool3d(2, odd({ returnIndices: true }))],
  [
    `AvgPool1d has no option "divisorOverride"`,
    () => new nn.AvgPool1d(2, odd({ divisorOverride: 2 })),
  ],
  ["AdaptiveMaxPool3d: outputSize must be one number or 3", () => new nn.AdaptiveMaxPool3d([1, 2])],
  ["ReflectionPad2d: padding must be one number or 4", () => new nn.ReflectionPad2d([1, 2])],
  ["ZeroPad1d: padding must be a whole number, got 1.5", () => new nn.ZeroPad1d(1.5)],
  ["ConstantPad3d: value must be a finite number", () => new nn.ConstantPad3d(1, NaN)],
  [
    "pad takes two numbers for each dimension, before and after, got [1]",
    () => F.pad(zeros(3), [1]),
  ],
  [
    `mode is "constant", "reflect", "replicate" or "circular", got "wrap"`,
    () => F.pad(zeros(3), [1, 1], odd({ mode: "wrap" })),
  ],
  [
    `a value is for mode "constant", got value 1 and "reflect"`,
    () => F.pad(zeros(2, 3), [1, 1], { mode: "reflect", value: 1 }),
  ],
  ["Dropout2d: p must be from 0 to 1, got 2", () => new nn.Dropout2d(2)],
  ["dropout3d: p must be from 0 to 1", () => F.dropout3d(zeros(1, 1, 1, 1, 1), -1)],
  ["one of unflattenedSize may be -1", () => new nn.Unflatten(1, [-1, -1])],
  ["Unflatten: unflattenedSize must be a list of sizes, got 3", () => new nn.Unflatten(1, odd(3))],
  ["PixelShuffle: upscaleFactor", () => new nn.PixelShuffle(0)],
  ["ChannelShuffle: groups", () => new nn.ChannelShuffle(1.5)],
  [
    "Unfold: stride must be a whole number of at least 1, got 0",
    () => new nn.Unfold(2, { stride: 0 }),
  ],
  [`Fold has no option "kernel"`, () => new nn.Fold(4, 2, odd({ kernel: 2 }))],
  ["Upsample takes either a size or a scaleFactor", () => new nn.Upsample({})],
  [`Upsample: mode is "nearest"`, () => new nn.Upsample(odd({ size: 2, mode: "cubic" }))],
  [
    `Upsample: alignCorners is not for mode "nearest"`,
    () => new nn.Upsample({ size: 2, alignCorners: true }),
  ],
];

for (const [message, run] of options) {
  test(`refused: ${message}`, () => {
    assertStringIncludes(assertThrows(run, ArgumentError).message, message);
  });
}

const shapes: [string, () => unknown][] = [
  [
    "3 slopes need an input (B, C, *) with 3 channels, got [2, 4]",
    () => on(new nn.PReLU(3), zeros(2, 4)),
  ],
  ["Kernel size can't be greater", () => on(new nn.Conv3d(1, 1, 3), zeros(1, 1, 2, 2, 2))],
  ["to conv3d, but got input of size: [1, 5, 5]", () => on(new nn.Conv3d(1, 1, 3), zeros(1, 5, 5))],
  [
    `mode "reflect" adds less than the size of a side, got [1, 1, 3, 3] and pad [3, 3, 3, 3]`,
    () => on(new nn.Conv2d(1, 1, 3, { padding: 3, paddingMode: "reflect" }), zeros(1, 1, 3, 3)),
  ],
  [
    `mode "circular" adds at most the size of a side`,
    () => on(new nn.Conv2d(1, 1, 3, { padding: 4, paddingMode: "circular" }), zeros(1, 1, 3, 3)),
  ],
  [
    "InstanceNorm2d(2) takes an input of 3 or 4 dimensions with 2 channels, got [2, 3, 4, 4]",
    () => on(new nn.InstanceNorm2d(2), zeros(2, 3, 4, 4)),
  ],
  [
    "more than one value a channel, got [2, 2, 1, 1]",
    () => on(new nn.InstanceNorm2d(2), zeros(2, 2, 1, 1)),
  ],
  ["at least 2 dimensions with 3 channels, got [3]", () => on(new nn.SyncBatchNorm(3), zeros(3))],
  [
    "BatchNorm3d(2) takes an input of 5 dimensions",
    () => on(new nn.BatchNorm3d(2), zeros(1, 2, 2, 2)),
  ],
  ["of at least three dimensions, got [2, 3]", () => on(new nn.LocalResponseNorm(3), zeros(2, 3))],
  ["4D or 5D", () => on(new nn.MaxPool3d(2), zeros(4, 4))],
  ["3D or 4D", () => on(new nn.AdaptiveMaxPool2d(2), zeros(4, 4))],
  ["a multiple of groups (3), got [1, 4, 4]", () => on(new nn.ChannelShuffle(3), zeros(1, 4, 4))],
  ["not divisible by 4", () => on(new nn.PixelShuffle(2), zeros(3, 4, 4))],
  ["unfold takes (B, C, H, W) or (C, H, W), got [4, 4]", () => on(new nn.Unfold(2), zeros(4, 4))],
  ["fold takes", () => on(new nn.Fold(4, 2), zeros(4))],
  ["sliding blocks", () => on(new nn.Fold(4, 2), zeros(4, 4))],
  ["Halving dimension must be even", () => on(new nn.GLU(1), zeros(2, 3))],
  ["don't multiply up", () => on(new nn.Unflatten(1, [2, 3]), zeros(2, 7))],
  [
    `mode "reflect" pads the last dimension of 2 or 3, the last two of 3 or 4`,
    () => on(new nn.ReflectionPad2d(1), zeros(1, 1, 1, 3, 3)),
  ],
  ["more would be cut off than there is", () => on(new nn.ZeroPad2d(-2), zeros(1, 3, 3))],
  ["fewer dimensions than pairs of sizes", () => F.pad(zeros(3), [1, 1, 1, 1])],
  ["unsqueeze(0) makes a batch of one image", () => on(new nn.Dropout2d(), zeros(3, 4, 4))],
];

for (const [message, run] of shapes) {
  test(`refused by its shape: ${message}`, () => {
    assertStringIncludes(assertThrows(run, ShapeError).message, message);
  });
}

const dtypes: [string, () => unknown][] = [
  ["prelu: the input is int64 and the weight is float32", () => on(new nn.PReLU(), whole(3))],
  ["mish does not take int64", () => on(new nn.Mish(), whole(3))],
  ["hardsigmoid does not take int64", () => on(new nn.Hardsigmoid(), whole(3))],
  ["rms_norm: the input is int64", () => on(new nn.RMSNorm(3), whole(2, 3))],
  ["the input is int64", () => on(new nn.Conv3d(1, 1, 1), whole(1, 1, 2, 2, 2))],
  ["max_pool1d does not take int64", () => on(new nn.MaxPool1d(2), whole(1, 1, 4))],
];

for (const [message, run] of dtypes) {
  test(`refused by its dtype: ${message}`, () => {
    assertStringIncludes(assertThrows(run, DTypeError).message, message);
  });
}

test("a refused layer leaves no tensors behind outside a scope", async () => {
  await Promise.resolve();
  const before = torch.memory().tensors;
  for (
    const make of [
      () => new nn.ConvTranspose2d(1, 1, 3, { outputPadding: 1 }),
      () => new nn.InstanceNorm2d(2, { affine: true, momentum: 3 }),
      () => new nn.RMSNorm([]),
      () => new nn.PReLU(2, { init: NaN }),
    ]
  ) assertThrows(make, ArgumentError);
  assertEquals(torch.memory().tensors, before);
});

test("layers leave nothing but their results", () => {
  const x = torch.randn([2, 4, 6, 6], { device });
  const volume = torch.randn([4, 2, 3, 3], { device });
  const layers: [nn.Module, torch.Tensor][] = [
    [new nn.Conv2d(4, 2, 3, { padding: 1, paddingMode: "reflect" }), x],
    [new nn.InstanceNorm3d(4, { affine: true }), volume],
    [new nn.LocalResponseNorm(3), x],
    [new nn.AdaptiveMaxPool2d(2), x],
    [new nn.MaxPool2d(2), x],
    [new nn.Dropout3d(), volume],
    [new nn.CircularPad2d(1), x],
    [new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), x],
    [new nn.SyncBatchNorm(4), x],
  ];
  for (const [layer, input] of layers) {
    using made = layer.to(device);
    const before = torch.memory().tensors;
    const result = made.forward(input);
    assertEquals(torch.memory().tensors - before, 1, `${layer}`);
    result.dispose();
  }
});
