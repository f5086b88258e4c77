/**
 * Halving a map without aliasing.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Blurs every channel with the binomial kernel 1 2 1 in both directions and keeps every second place (Zhang, Making
 * convolutional networks shift-invariant again, 2019, section 3.2). The map is mirrored at its edges. Keys: none.
 */
export class BlurPool2d extends nn.Module {
  readonly #kernel: Tensor;

  /** For maps of `channels` channels. */
  constructor(channels: number) {
    super();
    const row = torch.tensor([0.25, 0.5, 0.25]);
    const kernel = torch.scope(() => row.outer(row).expand(channels, 1, 3, 3).contiguous());
    row.dispose();
    this.#kernel = this.registerBuffer("filt", kernel, { persistent: false });
  }

  /** (B, C, H, W) to (B, C, ⌈H / 2⌉, ⌈W / 2⌉). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const mirrored = torch.reflectionPad2d(x, [1, 1, 1, 1]);
      return torch.conv2d(mirrored, this.#kernel, null, 2, 0, 1, x.size(1));
    });
  }
}
