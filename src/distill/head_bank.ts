/**
 * Heads for several teachers of one width, as batched products.
 *
 * @module
 */

import { gelu } from "../nn/functional/activations.ts";
import { Module } from "../nn/module.ts";
import { ones, zeros } from "../torch/creation.ts";
import { layerNorm } from "../torch/operators.gen.ts";

import type { Tensor } from "../torch/tensor.ts";
import { BatchedLinear } from "./batched_linear.ts";
import { checkChoice } from "./checks.ts";
import { headOf, type HeadShape } from "./head_shape.ts";

const epsilon = 1e-5;

/**
 * Layer norms of one input with a scale and a shift for each of several: the input is normalized once. Keys: `weight`
 * (count, D), `bias` (count, D).
 */
class NormBank extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(count: number, width: number) {
    super();
    this.weight = this.registerParameter("weight", ones([count, width]));
    this.bias = this.registerParameter("bias", zeros([count, width]));
  }

  /** (B, D) to (n, B, D). */
  override forward(input: Tensor, places?: Tensor): Tensor {
    const of = (all: Tensor) =>
      (places === undefined ? all : all.indexSelect(0, places)).unsqueeze(1);
    return of(this.bias).addcmul(
      layerNorm(input, [input.size(-1)], null, null, epsilon),
      of(this.weight),
    );
  }
}

/**
 * `count` heads side by side, each with weights of its own: layer norm, linear layer, GELU, linear layer, or less by their
 * shape. Keys: `norm.weight` (count, in), `norm.bias`, `hidden.weight` (count, in, hidden), `hidden.bias`, `output.weight`
 * (count, hidden, out), `output.bias`.
 */
export class HeadBank extends Module {
  /** The layer norms, or null. */
  readonly norm: NormBank | null;
  /** The first of two layers, or null. */
  readonly hidden: BatchedLinear | null;
  /** The only or second layer. */
  readonly output: BatchedLinear;

  /**
   * Makes the layers, with random weights.
   *
   * @throws {ArgumentError} if a size is not a whole number of at least 1, or there is no such shape.
   */
  constructor(count: number, inputDim: number, outputDim: number, given: HeadShape) {
    super();
    checkChoice(
      typeof given === "string" ? given : given.shape,
      ["linear", "mlp"],
      "A head's shape",
    );
    const { hidden, norm } = headOf(given, inputDim, outputDim);
    this.norm = norm ? new NormBank(count, inputDim) : null;
    this.hidden = hidden === null ? null : new BatchedLinear(count, inputDim, hidden);
    this.output = new BatchedLinear(count, hidden ?? inputDim, outputDim);
  }

  /**
   * What the heads make of one input: (B, in) to (n, B, out).
   *
   * @param places Which heads; all in order by default.
   */
  override forward(input: Tensor, places?: Tensor): Tensor {
    const count = places === undefined ? this.output.weight.size(0) : places.size(0);
    const first = this.norm === null
      ? input.unsqueeze(0).expand([count, -1, -1])
      : this.norm.forward(input, places);
    const inner = this.hidden === null ? first : gelu(this.hidden.forward(first, places));
    return this.output.forward(inner, places);
  }
}
