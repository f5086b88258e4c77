/**
 * Softmax and its logarithm as layers.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkInteger } from "../options.ts";

/**
 * e^x along a dimension, divided by its sum.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Softmax().forward(torch.tensor([[0, Math.log(3)]])); // [[0.25, 0.75]]
 * ```
 */
export class Softmax extends Module {
  /** The dimension. */
  readonly dim: number;

  /**
   * The last dimension by default.
   *
   * @throws {ArgumentError} if the dimension is not a whole number.
   */
  constructor(dim = -1) {
    super();
    checkInteger("Softmax", "dim", dim);
    this.dim = dim;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}

/**
 * The logarithm of {@linkcode Softmax}, computed without overflow.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.LogSoftmax().forward(torch.tensor([[0, 1000]])); // [[-1000, 0]]
 * ```
 */
export class LogSoftmax extends Module {
  /** The dimension. */
  readonly dim: number;

  /**
   * The last dimension by default.
   *
   * @throws {ArgumentError} if the dimension is not a whole number.
   */
  constructor(dim = -1) {
    super();
    checkInteger("LogSoftmax", "dim", dim);
    this.dim = dim;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.logSoftmax(this.dim);
  }
}
