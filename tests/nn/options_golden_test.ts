import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertSame, checkFunction, checkLayer, goldenOptions, restore } from "./golden.ts";

const F = nn.functional;
type Run = Parameters<typeof checkLayer>[2];

const bools = (values: boolean[][] | boolean[]) => torch.tensor(values, { device });
const past = () => torch.ones([3, 3], { device }).triu(1).ne(0);
const hidden = () => bools([[false, false, true], [false, true, true]]);
const scores = () => torch.tensor([[0, -1, 2], [1, 0, 0.5], [0.3, 0.2, 0.1]], { device });

/** Calls an attention, and joins its output and weights, if there are any. */
function attending(options: () => nn.AttentionOptions): Run {
  return (layer, [q, k, v]) => {
    const given = options();
    const attention = layer as nn.MultiheadAttention;
    if (!given.needWeights) return attention.forward(q, k, v, { ...given, needWeights: false });
    const both = attention.forward(q, k, v, { ...given, needWeights: true });
    return torch.cat(both.map((t) => t.flatten()));
  };
}

/** Doubles the input first: a layer cannot write over one whose gradient is wanted. */
const plus: Run = (layer, [x]) => layer.forward(x.mul(2));
const block = { dimFeedforward: 6, dropout: 0 };
const attention = (options: nn.MultiheadAttentionOptions = {}) => () =>
  new nn.MultiheadAttention(4, 2, options);

const layers: Record<string, [() => nn.Module, Run?]> = {
  "Conv2d valid": [() => new nn.Conv2d(2, 3, 3, { padding: "valid" })],
  "Conv2d same, even kernel": [() => new nn.Conv2d(2, 3, [2, 4], { padding: "same" })],
  "Conv2d same, even kernel, dilated": [
    () => new nn.Conv2d(2, 2, [4, 2], { padding: "same", dilation: [1, 3], groups: 2 }),
  ],
  "Conv2d reflect": [
    () => new nn.Conv2d(2, 3, 3, { padding: [1, 2], paddingMode: "reflect", stride: 2 }),
  ],
  "Conv2d replicate": [() => new nn.Conv2d(2, 3, 3, { padding: 2, paddingMode: "replicate" })],
  "Conv2d circular": [
    () => new nn.Conv2d(2, 3, [3, 2], { padding: 1, paddingMode: "circular", bias: false }),
  ],
  "Conv2d same, reflect, even kernel": [
    () => new nn.Conv2d(2, 3, [2, 4], { padding: "same", paddingMode: "reflect" }),
  ],
  "Conv2d valid, circular": [
    () => new nn.Conv2d(2, 3, 2, { padding: "valid", paddingMode: "circular" }),
  ],
  "Conv2d unbatched": [() => new nn.Conv2d(2, 3, 3, { padding: 1, paddingMode: "circular" })],
  "Conv1d same, even kernel": [() => new nn.Conv1d(2, 3, 4, { padding: "same" })],
  "Conv1d circular": [() => new nn.Conv1d(2, 3, 3, { padding: 2, paddingMode: "circular" })],
  "ConvTranspose2d output size": [
    () => new nn.ConvTranspose2d(2, 3, 3, { stride: [2, 3], padding: 1, dilation: 2 }),
    (layer, [x]) => (layer as nn.ConvTranspose2d).forward(x, { outputSize: [8, 11] }),
  ],
  "BatchNorm2d without bias": [() => new nn.BatchNorm2d(3, { bias: false })],
  "BatchNorm2d empty": [() => new nn.BatchNorm2d(3)],
  "BatchNorm1d empty": [() => new nn.BatchNorm1d(3, { momentum: null })],
  "LayerNorm without bias": [() => new nn.LayerNorm(6, { bias: false })],
  "LayerNorm without weights": [() => new nn.LayerNorm(6, { elementwiseAffine: false })],
  "GroupNorm without bias": [() => new nn.GroupNorm(2, 4, { bias: false })],
  "ReLU in place": [() => new nn.ReLU({ inplace: true }), plus],
  "SiLU in place": [() => new nn.SiLU({ inplace: true }), plus],
  "Hardswish in place": [() => new nn.Hardswish({ inplace: true }), plus],
  "LeakyReLU in place": [() => new nn.LeakyReLU(0.2, { inplace: true }), plus],
  "AvgPool2d divisor": [() => new nn.AvgPool2d(2, { padding: 1, divisorOverride: 3 })],
  "AdaptiveAvgPool2d null": [() => new nn.AdaptiveAvgPool2d([null, 3])],
  "MaxPool2d and back": [() => new nn.MaxPool2d(2), (layer, [x]) => {
    const [values, indices] = (layer as nn.MaxPool2d).forward(x, { returnIndices: true });
    using unpool = new nn.MaxUnpool2d(2);
    return unpool.forward(values, indices, { outputSize: x.shape.slice(2) });
  }],
  "Embedding padding from the end": [() => new nn.Embedding(5, 4, { paddingIdx: -1 })],
  "Embedding by frequency": [
    () => new nn.Embedding(5, 3, { scaleGradByFreq: true, paddingIdx: -2 }),
  ],
  "Embedding with a largest norm": [() => new nn.Embedding(5, 3, { maxNorm: 0.7, normType: 1 })],
  "MultiheadAttention unbatched": [attention()],
  "MultiheadAttention unbatched, across": [attention()],
  "MultiheadAttention unbatched, padded": [
    attention(),
    attending(() => ({ keyPaddingMask: bools([false, false, true]) })),
  ],
  "MultiheadAttention padded": [attention(), attending(() => ({ keyPaddingMask: hidden() }))],
  "MultiheadAttention padded and masked": [
    attention({ causal: true }),
    attending(() => ({ keyPaddingMask: hidden() })),
  ],
  "MultiheadAttention scores": [attention(), attending(() => ({ mask: scores() }))],
  "MultiheadAttention scores by head": [
    attention(),
    attending(() => ({
      mask: torch.tensor([0, 0.5, 1, 1.5], { device }).reshape(4, 1, 1).mul(scores()),
    })),
  ],
  "MultiheadAttention weights": [
    attention(),
    attending(() => ({ needWeights: true, mask: past(), keyPaddingMask: hidden() })),
  ],
  "MultiheadAttention weights by head": [
    attention(),
    attending(() => ({ needWeights: true, averageAttnWeights: false })),
  ],
  "MultiheadAttention extra keys": [
    attention({ addBiasKv: true, addZeroAttn: true }),
    attending(() => ({ causal: true, keyPaddingMask: hidden() })),
  ],
  "MultiheadAttention zero key": [attention({ addZeroAttn: true })],
  "MultiheadAttention other sizes": [attention({ kdim: 3, vdim: 2 })],
  "TransformerEncoderLayer unbatched": [() => new nn.TransformerEncoderLayer(4, 2, block)],
  "TransformerEncoderLayer without bias": [
    () => new nn.TransformerEncoderLayer(4, 2, { bias: false, activation: F.silu, ...block }),
  ],
  "TransformerEncoderLayer padded": [
    () => new nn.TransformerEncoderLayer(4, 2, { normFirst: true, ...block }),
    (layer, [x]) =>
      (layer as nn.TransformerEncoderLayer).forward(x, { mask: past(), keyPaddingMask: hidden() }),
  ],
};

const weight = () => torch.tensor([0.5, 1, 2], { device });

const functions: Record<string, (x: Tensor, ...others: Tensor[]) => Tensor> = {
  "nllLoss images ignore": (x, y) => F.nllLoss(x, y, { ignoreIndex: 1 }),
  "nllLoss images none": (x, y) => torch.nllLoss(x, y, weight(), "none"),
  "nllLoss one": (x, y) => F.nllLoss(x, y),
  "nllLoss sequences": (x, y) => torch.nllLoss(x, y),
  "crossEntropy images all": (x, y) =>
    F.crossEntropy(x, y, { weight: weight(), ignoreIndex: 1, labelSmoothing: 0.2 }),
  "crossEntropy images none": (x, y) =>
    F.crossEntropy(x, y, { labelSmoothing: 0.1, ignoreIndex: 0, reduction: "none" }),
  "crossEntropy images probabilities": (x, y) =>
    F.crossEntropy(x, y, { weight: weight(), labelSmoothing: 0.3 }),
  "crossEntropy one": (x, y) => F.crossEntropy(x, y),
  "klDiv images batchmean": (x, y) => torch.klDiv(x, y, "batchmean"),
  "mseLoss weight": (x, y, w) => F.mseLoss(x, y, { weight: w }),
  "l1Loss weight": (x, y, w) => F.l1Loss(x, y, { weight: w, reduction: "sum" }),
  "l1Loss weight none": (x, y, w) => F.l1Loss(x, y, { weight: w, reduction: "none" }),
  "conv2d same": (x, w) => F.conv2d(x, w, null, { padding: "same" }),
  "conv2d valid": (x, w) => F.conv2d(x, w, null, { padding: "valid" }),
  "avgPool2d divisor": (x) => F.avgPool2d(x, 2, { stride: 1, divisorOverride: 5 }),
  "adaptiveAvgPool2d null": (x) => F.adaptiveAvgPool2d(x, [1, null]),
  "softmax double": (x) => F.softmax(x, 1, { dtype: "float64" }).float(),
  "interpolate nearest-exact": (x) => F.interpolate(x, { size: [3, 5], mode: "nearest-exact" }),
  "interpolate area": (x) => F.interpolate(x, { scaleFactor: 1.5, mode: "area" }),
  "interpolate linear": (x) => F.interpolate(x, { scaleFactor: 1.7, mode: "linear" }),
  "interpolate nearest sequence": (x) => F.interpolate(x, { size: 3 }),
  "interpolate trilinear": (x) =>
    F.interpolate(x, { size: [3, 2, 5], mode: "trilinear", alignCorners: true }),
  "interpolate recompute": (x) =>
    F.interpolate(x, { scaleFactor: [1.3, 1.4], mode: "bilinear", recomputeScaleFactor: true }),
  "normalize by 1": (x) => F.normalize(x, { p: 1, dim: 0 }),
  "normalize by infinity": (x) => F.normalize(x, { p: Infinity }),
};

test("every golden layer and function is tested", () => {
  assertEquals(Object.keys(layers), Object.keys(goldenOptions.layers));
  assertEquals(Object.keys(functions), Object.keys(goldenOptions.losses));
});

for (const [name, [make, run]] of Object.entries(layers)) {
  test(`${name}: initial weights, output, gradients and buffers are PyTorch's`, () => {
    checkLayer(make, goldenOptions.layers[name], run);
  });
}

for (const [name, run] of Object.entries(functions)) {
  test(`${name}: value and gradient are PyTorch's`, () => {
    checkFunction(run, goldenOptions.losses[name]);
  });
}

test("maxPool2d's indices are PyTorch's", () => {
  const { input, values, indices } = goldenOptions.pooled;
  const options = { stride: 2, padding: 1, ceilMode: true, returnIndices: true } as const;
  const pooled = F.maxPool2d(restore(input), [3, 2], options);
  assertSame(pooled[0], values);
  assertSame(pooled[1], indices);
});

test("activations in place return their input, written over", () => {
  const runs: Record<string, (x: Tensor) => Tensor> = {
    relu: (x) => F.relu(x, { inplace: true }),
    silu: (x) => F.silu(x, { inplace: true }),
    hardswish: (x) => F.hardswish(x, { inplace: true }),
    leakyRelu: (x) => F.leakyRelu(x, 0.1, { inplace: true }),
    Dropout: (x) => new nn.Dropout(0.5, { inplace: true }).forward(x),
  };
  for (const [name, run] of Object.entries(runs)) {
    const x = torch.randn([4, 4], { device });
    const before = x.clone();
    assertEquals(run(x), x, name);
    assertEquals(x.equal(before), false, name);
  }
  const ones = torch.ones([3, 8]);
  torch.manualSeed(5);
  assertClose(F.dropout(ones, 0.4, true, { inplace: true }), restore(goldenOptions.dropout).cpu());
  assertClose(ones, restore(goldenOptions.dropout).cpu());
});

test("an embedding of given vectors copies them and is frozen unless asked", () => {
  const vectors = torch.randn([4, 3], { dtype: "float64", device });
  using table = nn.Embedding.fromPretrained(vectors, { paddingIdx: -4 });
  assertEquals(table.weight.equal(vectors), true);
  assertEquals([table.weight.requiresGrad, table.paddingIdx, table.weight.device], [
    false,
    0,
    vectors.device,
  ]);
  using trained = nn.Embedding.fromPretrained(vectors, { freeze: false });
  assertEquals(trained.weight.requiresGrad, true);
});

test("attention leaves nothing but its results, whatever it is told", () => {
  using plain = new nn.MultiheadAttention(4, 2).to(device);
  using rich = new nn.MultiheadAttention(4, 2, { addBiasKv: true, addZeroAttn: true, kdim: 3 })
    .to(device);
  const x = torch.randn([2, 3, 4], { device });
  const k = torch.randn([2, 5, 3], { device });
  const v = torch.randn([2, 5, 4], { device });
  const one = x.select(0, 0);
  const mask = torch.zeros([3, 5], { device });
  const keyPaddingMask = torch.zeros([2, 5], { dtype: "bool", device });
  const runs: [number, () => unknown][] = [
    [1, () => plain.forward(one)],
    [2, () => plain.forward(x, undefined, undefined, { needWeights: true })],
    [2, () => plain.forward(one, one, one, { needWeights: true, averageAttnWeights: false })],
    [1, () => rich.forward(x, k, v, { causal: true })],
    [1, () => rich.forward(x, k, v, mask)],
    [2, () => rich.forward(x, k, v, { mask, keyPaddingMask, causal: true, needWeights: true })],
  ];
  runs.forEach(([results, run], i) => {
    const before = torch.memory().tensors;
    run();
    assertEquals(torch.memory().tensors - before, results, `run ${i}`);
  });
});
