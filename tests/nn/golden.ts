/**
 * Reads the values that PyTorch computed (`tests/golden/nn.py`, `nn_options.py`, `nn_layers.py`), and compares ours with them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device } from "../helpers.ts";

/** A tensor in the golden file. */
export interface Stored {
  shape: number[];
  dtype: torch.DType;
  values: (number | boolean)[];
}

/** What PyTorch computed with one layer. */
export interface LayerCase {
  training: boolean;
  initial: Record<string, Stored>;
  inputs: Stored[];
  output: Stored;
  inputGrads: (Stored | null)[];
  grads: Record<string, Stored>;
  buffers: Record<string, Stored>;
}

/** What PyTorch computed with one function. */
export interface LossCase {
  inputs: Stored[];
  output: Stored;
  grad: Stored;
}

/** What a golden file holds. */
export interface Golden {
  layers: Record<string, LayerCase>;
  losses: Record<string, LossCase>;
  inits: Record<string, Stored>;
  dropout: Stored;
  drops: Record<string, Stored>;
  pooled: { input: Stored; values: Stored; indices: Stored };
}

/** Reads a golden file. */
function read(name: string): Golden {
  return JSON.parse(Deno.readTextFileSync(new URL(`../golden/${name}.json`, import.meta.url)));
}

/** What `golden/nn.py` computed. */
export const golden: Golden = read("nn");

/** What `golden/nn_options.py` computed: less common options. */
export const goldenOptions: Golden = read("nn_options");

/** What `golden/nn_layers.py` computed: layers for vision models. */
export const goldenLayers: Golden = read("nn_layers");

/** A stored tensor on the tests' device. */
export function restore({ values, shape, dtype }: Stored): torch.Tensor {
  return torch.tensor(values, { shape, dtype, device });
}

/** The weights of the output's elements that `golden/nn.py` uses. */
export function pattern(shape: readonly number[]): torch.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return torch.arange(count, { dtype: "float64", device }).cos().float().reshape([...shape]);
}

/** How close values must be: GPUs multiply convolutions in TensorFloat-32 by default. */
export const tolerance = device === "cpu" ? { rtol: 1e-5, atol: 1e-5 } : { rtol: 5e-3, atol: 5e-3 };

/** Asserts that a tensor is the stored one, in shape and dtype, too. */
export function assertSame(actual: Tensor, stored: Stored, exact = false): void {
  assertEquals(actual.shape, stored.shape);
  assertEquals(actual.dtype, stored.dtype);
  assertClose(actual, restore(stored), exact ? { rtol: 1e-6, atol: 1e-8 } : tolerance);
}

/** Asserts that a layer has PyTorch's initial weights, output, gradients and buffers. */
export function checkLayer(
  make: () => nn.Module,
  expected: LayerCase,
  run = (layer: nn.Module, inputs: Tensor[]): Tensor => layer.forward(...inputs),
): void {
  torch.manualSeed(7);
  using layer = make().to(device).train(expected.training);
  const state = layer.stateDict();
  assertEquals(Object.keys(state), Object.keys(expected.initial), "state-dict keys, in order");
  for (const key in state) assertSame(state[key], expected.initial[key], true);

  const inputs = expected.inputs.map(restore);
  expected.inputGrads.forEach((grad, i) => grad && inputs[i].requiresGrad_());
  const output = run(layer, inputs);
  assertSame(output, expected.output);
  output.mul(pattern(output.shape)).sum().backward();
  expected.inputGrads.forEach((grad, i) => grad && assertSame(inputs[i].grad!, grad));
  const parameters = layer.namedParameters();
  assertEquals(parameters.map(([key]) => key), Object.keys(expected.grads));
  for (const [key, parameter] of parameters) assertSame(parameter.grad!, expected.grads[key]);
  const buffers = layer.namedBuffers();
  assertEquals(buffers.map(([key]) => key), Object.keys(expected.buffers));
  for (const [key, buffer] of buffers) assertSame(buffer, expected.buffers[key]);
}

/** Asserts that a function has PyTorch's value, and gradient with respect to its first input. */
export function checkFunction(
  run: (x: Tensor, ...others: Tensor[]) => Tensor,
  expected: LossCase,
): void {
  const [x, ...others] = expected.inputs.map(restore);
  x.requiresGrad_();
  const output = run(x, ...others);
  assertSame(output, expected.output);
  output.mul(pattern(output.shape)).sum().backward();
  assertSame(x.grad!, expected.grad);
}
