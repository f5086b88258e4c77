/**
 * Efficient channel attention.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Scales channels by a convolution over the means of neighbouring channels (Wang et al., ECA-Net: Efficient channel
 * attention for deep convolutional neural networks, 2020, figure 2 and equation 12). Keys as timm's: `conv.weight`.
 */
export class EfficientChannelAttention extends nn.Module {
  /** Over channels. */
  readonly conv: nn.Conv1d;

  /** For maps of `channels` channels, which decide how many neighbours there are. */
  constructor(channels: number) {
    super();
    const span = Math.floor((Math.log2(channels) + 1) / 2);
    const kernel = Math.max(3, span % 2 === 1 ? span : span + 1);
    this.conv = new nn.Conv1d(1, 1, kernel, { padding: (kernel - 1) / 2, bias: false });
  }

  /** Shapes: (B, channels, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    const [batch, channels] = x.shape;
    const means = torch.adaptiveAvgPool2d(x, [1, 1]).reshape(batch, 1, channels);
    const gates = this.conv.forward(means).sigmoid_().reshape(batch, channels, 1, 1);
    return gates.mul(x);
  }
}
