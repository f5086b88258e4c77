import { assert } from "@std/assert";
import * as F from "../../src/nn/functional/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { compareExports } from "../parity/exports.ts";
import { FunctionModel } from "./functions.ts";

type Compute = (x: Tensor, own: FunctionModel) => Tensor;

/** Of images (B, 3, 6, 8). What PyTorch computes of them is what ONNX Runtime and TorchScript have to. */
const functions: Record<string, Compute> = {
  // Convolutions and pooling.
  conv2d: (x, m) => F.conv2d(x, m.of("kernel"), null, { stride: 2, padding: 1 }),
  "conv2d, grouped and dilated": (x, m) =>
    F.conv2d(x, m.of("kernel").narrow(1, 0, 1), null, { groups: 3, dilation: 2, padding: [2, 1] }),
  conv1d: (x, m) => F.conv1d(x.flatten(2), m.of("kernel").select(2, 0), null, { padding: 1 }),
  conv3d: (x, m) => F.conv3d(x.unsqueeze(1), m.of("kernel").narrow(1, 0, 1).unsqueeze(2)),
  convTranspose2d: (x, m) =>
    F.convTranspose2d(x, m.of("kernel").transpose(0, 1), null, {
      stride: 2,
      padding: 1,
      outputPadding: 1,
    }),
  "maxPool2d, rounded up": (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  "maxPool2d, dilated": (x) => F.maxPool2d(x, 2, { stride: 1, dilation: 2 }),
  "maxPool2d of zeros around": (x) => F.maxPool2d(F.pad(x.sub(9), [1, 1, 1, 1]), 3, { stride: 2 }),
  maxPool1d: (x) => F.maxPool1d(x.flatten(2), 3),
  maxPool3d: (x) => F.maxPool3d(x.unsqueeze(1), 2),
  "avgPool2d, rounded up": (x) => F.avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
  "avgPool2d without padding's zeros": (x) =>
    F.avgPool2d(x, 3, { padding: 1, countIncludePad: false }),
  avgPool1d: (x) => F.avgPool1d(x.flatten(2), 4),
  "adaptiveAvgPool2d that divides": (x) => F.adaptiveAvgPool2d(x, [3, 2]),
  "adaptiveAvgPool2d that overlaps": (x) => F.adaptiveAvgPool2d(x, [4, 3]),
  "adaptiveAvgPool2d to more": (x) => F.adaptiveAvgPool2d(x, [7, 9]),
  adaptiveAvgPool1d: (x) => F.adaptiveAvgPool1d(x.flatten(2), 4),
  adaptiveMaxPool2d: (x) => F.adaptiveMaxPool2d(x, [2, 4]),
  "adaptiveMaxPool2d to one": (x) => F.adaptiveMaxPool2d(x, 1),
  // Products.
  "linear of many": (x, m) => F.linear(x, m.of("matrix").t()),
  "linear of few": (x, m) =>
    F.linear(x.mean([1, 2]), m.of("matrix").t(), m.of("matrix").select(0, 0)),
  matmul: (x, m) => x.matmul(m.of("matrix")),
  bmm: (x) => x.select(1, 0).bmm(x.select(1, 1).transpose(1, 2)),
  addmm: (x, m) => torch.zeros([5]).addmm(x.mean([1, 2]), m.of("matrix"), { beta: 2, alpha: 0.5 }),
  einsum: (x, m) => torch.einsum("bchw,wd->bcdh", [x, m.of("matrix")]),
  outer: (x, m) => x.mul(m.of("a").outer(m.of("b")).sum()),
  attention: (x) => torch.scaledDotProductAttention(x, x, x),
  "attention, masked and scaled": (x) =>
    torch.scaledDotProductAttention(x, x, x, torch.eye(6).gt(0), 0, false, { scale: 0.3 }),
  // Norms.
  layerNorm: (x, m) => F.layerNorm(x, [8], { weight: m.of("matrix").select(1, 0) }),
  "layerNorm of several dimensions": (x) => F.layerNorm(x, [6, 8]),
  groupNorm: (x, m) => F.groupNorm(x, 3, { weight: m.of("a"), bias: m.of("b") }),
  instanceNorm: (x) => F.instanceNorm(x),
  rmsNorm: (x) => torch.rmsNorm(x, [8]),
  "batch norm by its own statistics": (x, m) =>
    F.conv2d(
      x,
      torch.batchNorm(
        m.of("kernel").reshape(1, 6, 27),
        null,
        null,
        null,
        null,
        true,
        0,
        1e-6,
        false,
      ).reshape(6, 3, 3, 3),
    ),
  normalize: (x) => F.normalize(x),
  cosineSimilarity: (x) => F.cosineSimilarity(x, x.flip([3])),
  localResponseNorm: (x) => F.localResponseNorm(x, 3),
  // Activations.
  relu: (x) => F.relu(x),
  relu6: (x) => F.relu6(x.mul(9)),
  gelu: (x) => F.gelu(x),
  "gelu by tanh": (x) => F.gelu(x, { approximate: "tanh" }),
  silu: (x) => F.silu(x),
  hardswish: (x) => F.hardswish(x.mul(4)),
  hardsigmoid: (x) => F.hardsigmoid(x.mul(4)),
  hardtanh: (x) => F.hardtanh(x),
  mish: (x) => F.mish(x),
  softplus: (x) => F.softplus(x),
  elu: (x) => F.elu(x),
  celu: (x) => F.celu(x),
  selu: (x) => F.selu(x),
  leakyRelu: (x) => F.leakyRelu(x, 0.2),
  prelu: (x, m) => F.prelu(x, m.of("a")),
  glu: (x) => F.glu(x),
  logSigmoid: (x) => F.logSigmoid(x),
  softmax: (x) => F.softmax(x, 1),
  logSoftmax: (x) => F.logSoftmax(x, -1),
  clamp: (x) => x.clamp(-0.5, 0.25).add(x.clamp(0)).add(x.clamp(null, 1)),
  // Numbers by numbers.
  "add, sub with alpha": (x, m) =>
    x.add(m.of("matrix").t().select(0, 1), { alpha: 2 }).sub(x.select(1, 0).unsqueeze(1), {
      alpha: 0.5,
    }),
  "number minus tensor": (x) => x.rsub(2),
  "div, rounded": (x) =>
    x.div(0.3).add(x.div(0.3, { roundingMode: "floor" })).add(
      x.div(0.3, { roundingMode: "trunc" }),
    ),
  addcmul: (x) => x.addcmul(x, x.sin(), { value: 0.5 }).addcdiv(x, x.abs().add(1)),
  "pow, sqrt, exp": (x) =>
    x.abs().pow(1.5).add(x.pow(2)).add(x.abs().sqrt()).add(x.exp()).add(x.abs().add(1).log()),
  "rsqrt, reciprocal, neg": (x) =>
    x.abs().add(1).rsqrt().sub(x.abs().add(2).reciprocal()).add(x.neg()),
  "sin, cos, erf, tanh": (x) => x.sin().add(x.cos()).mul(x.erf()).add(x.tanh()),
  "floor, ceil, round, sign": (x) => x.floor().add(x.ceil()).add(x.round()).add(x.sign()),
  "where, comparisons": (x) =>
    torch.where(x.gt(0), x, x.mul(0.1)).add(x.le(0.5).float()).add(x.ne(0).float()),
  maskedFill: (x) => x.maskedFill(x.lt(0), -1),
  logical: (x) => x.gt(0).logicalAnd(x.lt(1)).logicalOr(x.lt(-1)).logicalNot().float(),
  "maximum, minimum": (x) => x.maximum(x.flip([2])).add(x.minimum(torch.zeros([1]))),
  lerp: (x) => x.lerp(x.flip([3]), 0.25),
  "whole numbers among others": (x) => x.mul(torch.arange(8)).add(torch.arange(1, 9, 1).float()),
  // Reductions.
  "mean, sum": (x) => x.mean([2, 3]).add(x.sum([2, 3])).add(x.mean([1, 2, 3], true).flatten(1)),
  "amax, amin": (x) => x.amax([2], true).add(x.amin([2], true)),
  "max along a dimension": (x) => x.max(2)[0],
  var: (x) => x.var([2, 3]).add(x.var([2, 3], { correction: 0 })).add(x.std([2, 3])),
  linalgVectorNorm: (x) => torch.linalgVectorNorm(x, 2, [1]).add(torch.linalgVectorNorm(x, 1, [1])),
  "tril, triu": (x) => x.tril().add(x.triu(1), { alpha: 2 }),
  unfold: (x) => F.unfold(x, [2, 3], { padding: 1, stride: [2, 1] }),
  fold: (x) => F.fold(F.unfold(x, [2, 3], { stride: 2 }), [6, 8], [2, 3], { stride: 2 }),
  gridSampler: (x) =>
    torch.gridSampler(x, x.narrow(1, 0, 2).permute(0, 2, 3, 1).mul(0.9), 0, 0, false),
  cumsum: (x) => x.cumsum(2),
  logsumexp: (x) => x.logsumexp([1]),
  // Shapes.
  "reshape, with the batch in the middle": (x) =>
    x.permute(1, 0, 2, 3).reshape(3, -1, 48).transpose(0, 1),
  "reshape of the batch and more": (x) =>
    x.reshape(x.size(0) * 3, 6, 8).mean([1]).reshape(x.size(0), 3, 8),
  "expand of a parameter": (x, m) =>
    torch.cat([m.of("a").reshape(1, 3, 1, 1).expand(x.size(0), -1, 1, 8), x], 2),
  "repeat, tile": (x, m) =>
    x.repeat(1, 2, 1, 1).add(m.of("a").repeat(x.size(0), 2).unsqueeze(2).unsqueeze(3)),
  repeatInterleave: (x) => x.repeatInterleave(3, 1),
  "squeeze, unsqueeze, unflatten": (x) => x.unsqueeze(2).squeeze(2).unflatten(3, [2, 4]),
  movedim: (x) => x.movedim(1, 3).swapaxes(1, 2),
  stack: (x) => torch.stack([x, x.neg()], 2).flatten(1, 2),
  pixelShuffle: (x) => F.pixelShuffle(x.repeat(1, 4, 1, 1), 2),
  pixelUnshuffle: (x) => F.pixelUnshuffle(x, 2),
  channelShuffle: (x) => F.channelShuffle(x.repeat(1, 2, 1, 1), 3),
  // Parts.
  "split, chunk, unbind": (x) => {
    const [a, b] = x.split(4, 3);
    const [c, d] = x.chunk(2, 2);
    const [e] = x.unbind(1);
    return a.mul(b).mean([2]).add(c.sub(d).mean([2, 3]).unsqueeze(2)).add(
      e.mean([1]).unsqueeze(1).narrow(2, 0, 4),
    );
  },
  "slices with steps": (x) => torch.call("aten::slice.Tensor", x, 3, 1, -1, 2) as Tensor,
  "one of the batch's ends": (x) => x.sub(x.narrow(0, 0, 1)),
  select: (x) => x.select(2, -1),
  "indexSelect, index, gather": (x) => {
    const places = torch.tensor([2, 0, 1, 1], { dtype: "int64" });
    return x.indexSelect(3, places).add(
      torch.call("aten::index.Tensor", x, [null, null, null, places]) as Tensor,
    )
      .add(x.gather(3, places.reshape(1, 1, 1, 4).expand(x.size(0), 3, 6, 4)));
  },
  roll: (x) => x.roll([1, -2], [2, 3]),
  flip: (x) => x.flip([1, 3]),
  "pad in all modes": (x) =>
    F.pad(x, [1, 2, 0, 1], { value: 0.5 }).add(F.pad(x, [1, 2, 0, 1], { mode: "reflect" }))
      .add(F.pad(x, [1, 2, 0, 1], { mode: "replicate" })),
  // Maps in another size.
  "interpolate, bilinear": (x) => F.interpolate(x, { size: [9, 5], mode: "bilinear" }),
  "interpolate, bilinear, corners aligned": (x) =>
    F.interpolate(x, { size: [9, 5], mode: "bilinear", alignCorners: true }),
  "interpolate, bicubic, smoothed": (x) =>
    F.interpolate(x, { size: [4, 11], mode: "bicubic", antialias: true }),
  "interpolate by a factor": (x) => F.interpolate(x, { scaleFactor: 1.7, mode: "bilinear" }),
  "interpolate, nearest": (x) => F.interpolate(x, { size: [9, 5] }),
  "interpolate, nearest, by a factor": (x) => F.interpolate(x, { scaleFactor: 2 }),
  // Made of nothing.
  "zeros, ones, full": (x) =>
    x.add(torch.zeros([8])).add(torch.ones([x.size(0), 1, 1, 1])).add(torch.full([6, 1], 0.5)),
  // Complex numbers.
  "turned in a plane": (x) => {
    const turn = torch.complex(torch.full([4], 0.6), torch.full([4], 0.8));
    const pairs = torch.call(
      "aten::view_as_complex",
      x.unflatten(3, [4, 2]).contiguous(),
    ) as Tensor;
    return (torch.call("aten::view_as_real", pairs.mul(turn)) as Tensor).flatten(3);
  },
  // In place.
  "in place, on parts that do not overlap": (x) => {
    const [a, b] = x.mul(1).chunk(2, 3);
    a.mul_(2).relu_();
    b.add_(1);
    return a.add(b);
  },
};

for (const [name, compute] of Object.entries(functions)) {
  test(`${name}: exported files compute what libtorch does`, () => {
    using model = new FunctionModel(compute);
    const { onnx, torchScript } = compareExports(model, [3, 6, 8]);
    assert(onnx <= 1e-5, `ONNX differs by ${onnx}`);
    assert(torchScript <= 1e-5, `TorchScript differs by ${torchScript}`);
  });
}
