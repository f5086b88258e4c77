/**
 * Activations that level off at both ends, and the gate made of one.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkInteger } from "../options.ts";

/**
 * 1 / (1 + e⁻ˣ).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Sigmoid().forward(torch.tensor([0, 2])); // [0.5, 0.8808]
 * ```
 */
export class Sigmoid extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * The logarithm of {@linkcode Sigmoid}, computed without overflow.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.LogSigmoid().forward(torch.tensor([0, -200])); // [-0.6931, -200]
 * ```
 */
export class LogSigmoid extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.logSigmoid();
  }
}

/**
 * The hyperbolic tangent.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Tanh().forward(torch.tensor([0, 2])); // [0, 0.964]
 * ```
 */
export class Tanh extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * A gated linear unit: the first half of a dimension times the sigmoid of its second half (Dauphin et al. 2016).
 *
 * Shapes: (*, 2 N, *) to (*, N, *).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.GLU(1).forward(torch.randn([2, 6, 4])).shape; // [2, 3, 4]
 * ```
 */
export class GLU extends Module {
  /** The dimension that is halved. */
  readonly dim: number;

  /**
   * The last dimension by default.
   *
   * @throws {ArgumentError} if the dimension is not a whole number.
   */
  constructor(dim = -1) {
    super();
    checkInteger("GLU", "dim", dim);
    this.dim = dim;
  }

  /**
   * Shapes: (*, 2 N, *) to (*, N, *).
   *
   * @throws {ShapeError} if the dimension's size is odd.
   */
  override forward(input: Tensor): Tensor {
    return input.glu(this.dim);
  }

  /** The dimension. */
  protected override describe(): string {
    return `${this.dim}`;
  }
}
