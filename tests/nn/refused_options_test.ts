import { assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const F = nn.functional;
const zeros = (...shape: number[]) => torch.zeros(shape, { device });

/** Options that types do not let through. */
// deno-lint-ignore no-explicit-any
const odd = (options: object): any => options;

const refused: [string, () => unknown][] = [
  [
    "Linear: a weight of shape [1099511627776, 1099511627776] would take",
    () => new nn.Linear(2 ** 40, 2 ** 40),
  ],
  ["Linear: a weight of shape", () => new nn.Linear(2 ** 20, 2 ** 20)],
  ["Conv2d: a weight of shape", () => new nn.Conv2d(2 ** 20, 2 ** 20, 3)],
  ["Embedding: a weight of shape", () => new nn.Embedding(2 ** 40, 2 ** 10)],
  ["MultiheadAttention: a weight of shape", () => new nn.MultiheadAttention(2 ** 30, 1)],
  [
    "MultiheadAttention: numHeads must be a whole number of at least 1, got 0",
    () => new nn.MultiheadAttention(8, 0),
  ],
  ["numHeads must be a whole number of at least 1, got -2", () => new nn.MultiheadAttention(8, -2)],
  [
    "numHeads must be a whole number of at least 1, got 1.5",
    () => new nn.MultiheadAttention(8, 1.5),
  ],
  [
    "numHeads must be a whole number of at least 1, got NaN",
    () => new nn.TransformerEncoderLayer(8, NaN),
  ],
  ["dimFeedforward", () => new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: -1 })],
  [
    `activation is "relu" or "gelu", got "tanh"`,
    () => new nn.TransformerEncoderLayer(8, 2, odd({ activation: "tanh" })),
  ],
  [
    "the batch always comes first",
    () => new nn.MultiheadAttention(8, 2, odd({ batchFirst: false })),
  ],
  [
    "BatchNorm2d: eps must be a finite number of at least 0, got NaN",
    () => new nn.BatchNorm2d(3, { eps: NaN }),
  ],
  [
    "BatchNorm1d: momentum must be from 0 to 1, got -0.1",
    () => new nn.BatchNorm1d(3, { momentum: -0.1 }),
  ],
  ["LayerNorm: eps", () => new nn.LayerNorm(3, { eps: -1 })],
  ["GroupNorm: eps", () => new nn.GroupNorm(1, 3, { eps: Infinity })],
  ["LeakyReLU: negativeSlope must be a finite number, got NaN", () => new nn.LeakyReLU(NaN)],
  ["Softmax: dim must be a whole number, got 0.5", () => new nn.Softmax(0.5)],
  ["Flatten: startDim", () => new nn.Flatten(NaN)],
  ["Dropout: p must be from 0 to 1, got NaN", () => new nn.Dropout(NaN)],
  [
    "AvgPool2d: divisorOverride must be a whole number of at least 1, got 0",
    () => new nn.AvgPool2d(2, { divisorOverride: 0 }),
  ],
  [
    "MaxPool2d: padding must be at most half of kernelSize [2, 2], got [2, 2]",
    () => new nn.MaxPool2d(2, { padding: 2 }),
  ],
  ["AdaptiveAvgPool2d: outputSize", () => new nn.AdaptiveAvgPool2d([null, -1])],
  [
    "ask forward(input, { returnIndices: true })",
    () => new nn.MaxPool2d(2, odd({ returnIndices: true })),
  ],
  [
    `Conv2d: padding is "same" or "valid", got "full"`,
    () => new nn.Conv2d(1, 1, 3, odd({ padding: "full" })),
  ],
  [
    `Conv2d: paddingMode is "zeros", "reflect", "replicate" or "circular", got "wrap"`,
    () => new nn.Conv2d(1, 1, 3, odd({ paddingMode: "wrap" })),
  ],
  [
    `Conv2d has no option "padding_mode"; it has stride, padding, paddingMode`,
    () => new nn.Conv2d(1, 1, 3, odd({ padding_mode: "reflect" })),
  ],
  ["make it, then convert it with to(dtype)", () => new nn.Linear(2, 2, odd({ dtype: "float16" }))],
  ["gradients are always dense", () => new nn.Embedding(4, 2, odd({ sparse: true }))],
  [
    "Embedding: paddingIdx must be a whole number from -4 to 3, got -5",
    () => new nn.Embedding(4, 2, { paddingIdx: -5 }),
  ],
  [
    "paddingIdx must be a whole number from -4 to 3, got 0.5",
    () => F.embedding(zeros(1).long(), zeros(4, 2), { paddingIdx: 0.5 }),
  ],
  ["Embedding: maxNorm", () => new nn.Embedding(4, 2, { maxNorm: NaN })],
  ["use reduction", () => new nn.MSELoss(odd({ sizeAverage: true }))],
  [`got "avg"`, () => new nn.CrossEntropyLoss(odd({ reduction: "avg" }))],
  [`got "batchmean"`, () => new nn.MSELoss(odd({ reduction: "batchmean" }))],
  [
    "CrossEntropyLoss: labelSmoothing must be from 0 to 1, got 2",
    () => new nn.CrossEntropyLoss({ labelSmoothing: 2 }),
  ],
  [
    "NLLLoss: ignoreIndex must be a whole number, got 0.5",
    () => new nn.NLLLoss({ ignoreIndex: 0.5 }),
  ],
  ["SmoothL1Loss: beta", () => new nn.SmoothL1Loss({ beta: -1 })],
  ["CosineEmbeddingLoss: margin", () => new nn.CosineEmbeddingLoss({ margin: NaN })],
  ["ignoreIndex is for labels", () => F.crossEntropy(zeros(2, 3), zeros(2, 3), { ignoreIndex: 1 })],
  ["outputSize [9,9] is none", () => {
    using layer = new nn.ConvTranspose2d(1, 1, 2, { stride: 2 }).to(device);
    layer.forward(zeros(1, 1, 2, 2), { outputSize: [9, 9] });
  }],
  [
    "maxUnpool2d: outputSize [9, 9] is not a size",
    () => F.maxUnpool2d(zeros(1, 1, 2, 2), zeros(1, 1, 2, 2).long(), 2, { outputSize: [9, 9] }),
  ],
  [
    `alignCorners is not for mode "nearest"`,
    () => F.interpolate(zeros(1, 1, 2, 2), { size: 4, alignCorners: true }),
  ],
  [
    `antialias is for modes "bilinear" and "bicubic"`,
    () => F.interpolate(zeros(1, 1, 2, 2), { size: 4, antialias: true }),
  ],
  ["size must be one number or 2 of them", () => F.interpolate(zeros(1, 1, 2, 2), { size: [4] })],
  ["normalize: p", () => F.normalize(zeros(2, 2), { p: NaN })],
  ["softplus: beta", () => F.softplus(zeros(2), NaN)],
];

for (const [message, run] of refused) {
  test(`refused: ${message}`, () => {
    assertStringIncludes(assertThrows(run, ArgumentError).message, message);
  });
}

test("masks of other shapes and dtypes are refused", () => {
  using attention = new nn.MultiheadAttention(4, 2).to(device);
  const x = zeros(2, 3, 4);
  const attend = (options: nn.AttentionMaskOptions) => () =>
    attention.forward(x, undefined, undefined, options);
  assertThrows(
    attend({ mask: zeros(3, 4) }),
    ShapeError,
    "the mask must broadcast to (2, 2, 3, 3) or be (4, 3, 3), got [3, 4]",
  );
  assertThrows(
    attend({ keyPaddingMask: zeros(3, 2) }),
    ShapeError,
    "the keyPaddingMask must be (2, 3), got [3, 2]",
  );
  assertThrows(attend({ mask: zeros(3, 3).long() }), DTypeError, "got int64");
  assertThrows(() => attention.forward(zeros(3, 4), x), ShapeError, "needs a key without one");
});
