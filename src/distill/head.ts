/**
 * A head from a student to one teacher.
 *
 * @module
 */

import { LayerNorm } from "../nn/layers/layer_norm.ts";
import { Linear } from "../nn/layers/linear.ts";
import { Module } from "../nn/module.ts";
import { gelu } from "../nn/functional/activations.ts";
import type { Tensor } from "../torch/tensor.ts";

/** The sizes of a {@linkcode Head}. */
export interface HeadSizes {
  /** The width of what goes in. */
  readonly inputDim: number;
  /** The width between two layers; null for one layer. */
  readonly hidden: number | null;
  /** The width of what comes out. */
  readonly outputDim: number;
  /** Whether a layer norm comes first. */
  readonly norm: boolean;
}

/**
 * A head by itself, as it is kept: layer norm, linear layer, GELU, linear layer, or less. Keys: `norm.weight`, `norm.bias`,
 * `hidden.weight`, `hidden.bias`, `output.weight`, `output.bias`.
 */
export class Head extends Module {
  /** The layer norm, or null. */
  readonly norm: LayerNorm | null;
  /** The first of two layers, or null. */
  readonly hidden: Linear | null;
  /** The only or second layer. */
  readonly output: Linear;

  /**
   * Makes the layers, with random weights.
   *
   * @throws {ArgumentError} if a size is not a whole number of at least 1.
   */
  constructor({ inputDim, hidden, outputDim, norm }: HeadSizes) {
    super();
    this.norm = norm ? new LayerNorm(inputDim) : null;
    this.hidden = hidden === null ? null : new Linear(inputDim, hidden);
    this.output = new Linear(hidden ?? inputDim, outputDim);
  }

  /** (…, inputDim) to (…, outputDim). */
  override forward(input: Tensor): Tensor {
    const first = this.norm === null ? input : this.norm.forward(input);
    return this.output.forward(this.hidden === null ? first : gelu(this.hidden.forward(first)));
  }
}
