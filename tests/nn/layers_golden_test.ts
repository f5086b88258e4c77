import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { checkLayer, golden } from "./golden.ts";

const layers: Record<string, () => nn.Module> = {
  "Linear": () => new nn.Linear(5, 3),
  "Linear without bias": () => new nn.Linear(5, 3, { bias: false }),
  "Conv1d": () => new nn.Conv1d(2, 3, 3, { stride: 2, padding: 1 }),
  "Conv2d": () => new nn.Conv2d(2, 3, 3),
  "Conv2d with options": () =>
    new nn.Conv2d(4, 6, [3, 2], {
      stride: [2, 1],
      padding: [1, 0],
      dilation: [1, 2],
      groups: 2,
      bias: false,
    }),
  "Conv2d same": () => new nn.Conv2d(2, 2, 3, { padding: "same" }),
  "ConvTranspose2d": () =>
    new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1, outputPadding: 1 }),
  "BatchNorm1d": () => new nn.BatchNorm1d(3),
  "BatchNorm1d of sequences": () => new nn.BatchNorm1d(3),
  "BatchNorm2d": () => new nn.BatchNorm2d(3),
  "BatchNorm2d mean": () => new nn.BatchNorm2d(3, { momentum: null }),
  "BatchNorm2d eval": () => new nn.BatchNorm2d(3),
  "BatchNorm2d untracked": () => new nn.BatchNorm2d(2, { affine: false, trackRunningStats: false }),
  "LayerNorm": () => new nn.LayerNorm(6),
  "LayerNorm of two": () => new nn.LayerNorm([3, 4], { eps: 1e-3 }),
  "GroupNorm": () => new nn.GroupNorm(2, 4),
  "ReLU": () => new nn.ReLU(),
  "GELU": () => new nn.GELU(),
  "GELU tanh": () => new nn.GELU({ approximate: "tanh" }),
  "SiLU": () => new nn.SiLU(),
  "Hardswish": () => new nn.Hardswish(),
  "Sigmoid": () => new nn.Sigmoid(),
  "Tanh": () => new nn.Tanh(),
  "LeakyReLU": () => new nn.LeakyReLU(0.2),
  "Softmax": () => new nn.Softmax(1),
  "MaxPool2d": () => new nn.MaxPool2d(2),
  "MaxPool2d with options": () => new nn.MaxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
  "AvgPool2d": () => new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }),
  "AdaptiveAvgPool2d": () => new nn.AdaptiveAvgPool2d([2, 3]),
  "Flatten": () => new nn.Flatten(),
  "Dropout eval": () => new nn.Dropout(0.4),
  "Embedding": () => new nn.Embedding(7, 3),
  "Embedding with padding": () => new nn.Embedding(5, 4, { paddingIdx: 1 }),
  "MultiheadAttention": () => new nn.MultiheadAttention(8, 2),
  "MultiheadAttention without bias": () => new nn.MultiheadAttention(8, 4, { bias: false }),
  "MultiheadAttention masked": () => new nn.MultiheadAttention(4, 2),
  "TransformerEncoderLayer": () =>
    new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 6, dropout: 0 }),
  "TransformerEncoderLayer norm first": () =>
    new nn.TransformerEncoderLayer(4, 2, {
      dimFeedforward: 6,
      dropout: 0,
      activation: "gelu",
      normFirst: true,
    }),
  "Sequential": () =>
    new nn.Sequential(
      new nn.Conv2d(1, 2, 3),
      new nn.BatchNorm2d(2),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Sequential(new nn.Linear(18, 4), new nn.Tanh()),
    ),
};

const runs: Record<string, Parameters<typeof checkLayer>[2]> = {
  "MultiheadAttention masked": (layer, [x, mask]) =>
    (layer as nn.MultiheadAttention).forward(x, undefined, undefined, mask),
};

test("every golden layer is tested", () => {
  assertEquals(Object.keys(layers).sort(), Object.keys(golden.layers).sort());
});

for (const [name, expected] of Object.entries(golden.layers)) {
  test(`${name}: initial weights, output, gradients and buffers are PyTorch's`, () => {
    checkLayer(layers[name], expected, runs[name]);
  });
}
