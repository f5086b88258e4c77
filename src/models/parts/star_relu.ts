/**
 * StarReLU.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * s · relu(x)² + b with a learned scale and bias (Yu et al., MetaFormer baselines for vision, 2024, equation 5). It
 * overwrites its input. Keys as timm's: `scale` (1), `bias` (1).
 */
export class StarRelu extends nn.Module {
  /** What the square is multiplied by, (1). */
  readonly scale: Tensor;
  /** What is added, (1). */
  readonly bias: Tensor;

  constructor() {
    super();
    this.scale = this.registerParameter("scale", torch.ones([1]));
    this.bias = this.registerParameter("bias", torch.zeros([1]));
  }

  /** Shapes: (*) to its own. */
  override forward(x: Tensor): Tensor {
    const positive = x.relu_();
    const squared = torch.isGradEnabled() ? positive.square() : positive.square_();
    return this.bias.addcmul(squared, this.scale);
  }
}
