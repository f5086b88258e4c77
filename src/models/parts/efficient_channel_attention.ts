/**
 * Efficient channel attention.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Scales channels by what the image as a whole has in each and in its neighbours (Wang et al., ECA-Net, 2020, equations 8
 * and 12). Keys as timm's: `conv.weight` (1, 1, k).
 */
export class EfficientChannelAttention extends nn.Module {
  /** From the means of channels to their factors. */
  readonly conv: nn.Conv1d;

  /** For maps of `channels` channels. */
  constructor(channels: number) {
    super();
    const size = Math.trunc((Math.log2(channels) + 1) / 2);
    const kernel = Math.max(3, size % 2 === 1 ? size : size + 1);
    this.conv = new nn.Conv1d(1, 1, kernel, { padding: (kernel - 1) / 2, bias: false });
  }

  /** Shapes: (B, channels, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const means = x.mean([2, 3]).unsqueeze(1);
      const gates = this.conv.forward(means).sigmoid_().transpose(1, 2).unsqueeze(-1);
      return x.mul(gates);
    });
  }
}
