/**
 * Stochastic depth.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * In training, zeroes the residual branch of whole images with probability `p` and scales the others by
 * 1 / (1 - p) (Huang et al., Deep networks with stochastic depth, 2016). It draws the same random numbers as
 * torchvision's `StochasticDepth` in mode "row" and timm's `DropPath`.
 */
export class DropPath extends nn.Module {
  /** The probability of an image's branch to be left out. */
  readonly p: number;

  /**
   * For the output of a residual branch, before it is added.
   *
   * @throws {ArgumentError} if the probability is not from 0 to 1.
   */
  constructor(p: number) {
    super();
    if (!(p >= 0 && p <= 1)) {
      throw new ArgumentError(`DropPath: p must be from 0 to 1, got ${p}.`);
    }
    this.p = p;
  }

  /** Shapes: (B, *) to its own. */
  override forward(branch: Tensor): Tensor {
    if (!this.training || this.p === 0) return branch;
    const kept = 1 - this.p;
    const size = branch.shape.map((count, i) => i === 0 ? count : 1);
    const noise = branch.newEmpty(size).bernoulli_(kept);
    return branch.mul(kept > 0 ? noise.div_(kept) : noise);
  }

  /** The probability. */
  protected override describe(): string {
    return `${this.p}`;
  }
}

/** The probabilities of `depth` blocks, which grow evenly from 0 to `last` (Huang et al., equation 4). */
export function dropPathRates(last: number, depth: number): number[] {
  return Array.from({ length: depth }, (_, i) => depth > 1 ? last * i / (depth - 1) : 0);
}
