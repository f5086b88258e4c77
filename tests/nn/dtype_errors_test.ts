import { assertStringIncludes, assertThrows } from "@std/assert";
import { DTypeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const F = nn.functional;
const zeros = (shape: number[], dtype: torch.DType = "float32") =>
  torch.zeros(shape, { dtype, device });

/** Calls a layer on an input, and lets go of it. */
function on(layer: nn.Module, input: torch.Tensor): void {
  using made = layer.to(device);
  made.forward(input);
}

const bytes = "bytes of images are also divided by 255, or go through the model's preprocessing.";
const cases: Record<string, [() => unknown, ...string[]]> = {
  "bytes to a linear layer": [
    () => on(new nn.Linear(3, 2), zeros([2, 3], "uint8")),
    `linear: the input is uint8 and the weight and bias are float32; all must be of one dtype. ` +
    `Convert it with to("float32"); ${bytes}`,
  ],
  "bytes to a convolution": [
    () => on(new nn.Conv2d(3, 2, 1), zeros([1, 3, 2, 2], "uint8")),
    "conv2d: the input is uint8 and the weight and bias are float32",
    bytes,
  ],
  "bytes to a convolution without bias": [
    () => on(new nn.Conv2d(3, 2, 1, { bias: false }), zeros([1, 3, 2, 2], "uint8")),
    "conv2d: the input is uint8 and the weight is float32",
  ],
  "bytes to a transposed convolution": [
    () => on(new nn.ConvTranspose2d(3, 2, 1), zeros([1, 3, 2, 2], "uint8")),
    "the input is uint8 and the weight and bias are float32",
  ],
  "bytes to a model": [
    () =>
      on(new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.ReLU()), zeros([1, 3, 8, 8], "uint8")),
    "the input is uint8",
    bytes,
  ],
  "bytes to norms": [
    () => on(new nn.LayerNorm(3), zeros([2, 3], "uint8")),
    "layer_norm: the input is uint8 and the weight and bias are float32",
  ],
  "bytes to batch norms": [
    () => on(new nn.BatchNorm2d(3), zeros([2, 3, 2, 2], "uint8")),
    "batch_norm: the input is uint8",
  ],
  "bytes to an activation": [
    () => on(new nn.GELU(), zeros([2], "uint8")),
    `gelu does not take uint8. Convert it with to("float32"); ${bytes}`,
  ],
  "truth values to an activation": [
    () => on(new nn.ReLU(), zeros([2], "bool")),
    `relu does not take bool. Convert it with to("float32").`,
  ],
  "whole numbers to a pool": [
    () => on(new nn.AvgPool2d(2), zeros([1, 1, 2, 2], "uint8")),
    "avg_pool2d does not take uint8",
  ],
  "halves to float weights": [
    () => on(new nn.Conv2d(3, 2, 1), zeros([1, 3, 2, 2], "bfloat16")),
    "the input is bfloat16 and the weight and bias are float32",
    `Convert the input with to("float32"), or the layer or model with to("bfloat16").`,
  ],
  "floats to half weights": [
    () => on(new nn.Linear(3, 2).to("float16"), zeros([2, 3])),
    `Convert the input with to("float16"), or the layer or model with to("float32").`,
  ],
  "doubles to attention": [
    () => on(new nn.MultiheadAttention(4, 2), zeros([1, 2, 4], "float64")),
    "linear: the input is float64 and the weight and bias are float32",
  ],
  "products of several dtypes": [
    () => zeros([2, 3]).matmul(zeros([3, 2], "float16")),
    `matmul: the input is float32 and the other is float16; all must be of one dtype. ` +
    `Convert with to("float32") or to("float16").`,
  ],
  "a product with whole numbers": [
    () => zeros([2, 3]).mm(zeros([3, 2], "int64")),
    `mm: the input is float32 and the mat2 is int64; all must be of one dtype. ` +
    `Convert the mat2 with to("float32").`,
  ],
  "a loss with class weights of another dtype": [
    () =>
      F.crossEntropy(zeros([2, 3], "float64"), zeros([2], "int64"), {
        weight: torch.ones([3], { device }),
      }),
    "the input is float64 and the weight is float32",
  ],
  "lists of tensors": [
    () => torch.einsum("ij,jk->ik", [zeros([2, 3]), zeros([3, 2], "bfloat16")]),
    "einsum: some tensors are float32 and some tensors are bfloat16",
  ],
};

for (const [name, [run, ...words]] of Object.entries(cases)) {
  test(`${name}: the error says who has which dtype, and what to do`, () => {
    const { message } = assertThrows(run, DTypeError);
    for (const word of words) assertStringIncludes(message, word);
    assertStringIncludes(message, "\n  in aten::");
  });
}
