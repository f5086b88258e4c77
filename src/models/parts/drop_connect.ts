/**
 * Stochastic depth as TensorFlow's networks were ported with.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * In training, zeroes the residual branch of whole images with probability `p` and scales the others by 1 / (1 - p) (Huang et
 * al. 2016), by the random numbers that the packages efficientnet-pytorch and efficientnet-lite-pytorch draw, and in their
 * order of operations.
 */
export class DropConnect extends nn.Module {
  /** The probability of an image's branch to be left out. */
  readonly p: number;

  /** For the output of a residual branch, before it is added. */
  constructor(p: number) {
    super();
    this.p = p;
  }

  /** Shapes: (B, C, H, W) to its own. */
  override forward(branch: Tensor): Tensor {
    if (!this.training || this.p === 0) return branch;
    const kept = 1 - this.p;
    const { shape, dtype, device } = branch;
    const mask = torch.rand([shape[0], 1, 1, 1], { dtype, device }).add_(kept).floor_();
    return branch.div(kept).mul_(mask);
  }

  /** The probability. */
  protected override describe(): string {
    return `${this.p}`;
  }
}
