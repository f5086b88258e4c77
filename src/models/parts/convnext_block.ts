/**
 * The block of ConvNeXts.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { type ChannelNorm, tokenNorm } from "./channel_norms.ts";
import { DropPath } from "./drop_path.ts";
import { PixelMlp, type PixelMlpOptions } from "./pixel_mlp.ts";
import { residual } from "./residual.ts";

/** What makes one block another. */
export interface ConvNeXtBlockOptions extends PixelMlpOptions {
  /** The norm of every pixel. */
  readonly norm: ChannelNorm;
  /** The number in the norm that keeps it from dividing by 0. */
  readonly eps: number;
  /** What the channels' factors start as; null for none. */
  readonly layerScale: number | null;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/**
 * A depthwise 7x7 convolution, then an MLP of every pixel, scaled channel by channel (Liu et al. 2022, figure 4; Woo et
 * al. 2023, figure 5). Keys as timm's: `gamma`, `conv_dw`, `norm`, `mlp.fc1`, `mlp.grn`, `mlp.fc2`.
 */
export class ConvNeXtBlock extends nn.Module {
  /** The factor of each channel, (dim); null if there is none. */
  readonly gamma: Tensor | null;
  /** The norm of every pixel. */
  readonly norm: nn.Module;
  /** The MLP of every pixel. */
  readonly mlp: PixelMlp;
  readonly #depthwise: nn.Conv2d;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: ConvNeXtBlockOptions) {
    super();
    const { layerScale, norm, eps, dropPath } = options;
    this.gamma = layerScale === null
      ? null
      : this.registerParameter("gamma", torch.full([dim], layerScale));
    const depthwise = new nn.Conv2d(dim, dim, 7, { padding: 3, groups: dim });
    this.#depthwise = this.registerModule("conv_dw", depthwise);
    this.norm = this.registerModule("norm", tokenNorm(norm, dim, eps));
    this.mlp = this.registerModule("mlp", new PixelMlp(dim, 4 * dim, options));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const pixels = this.#depthwise.forward(x).permute(0, 2, 3, 1);
      const changed = this.mlp.forward(this.norm.forward(pixels)).permute(0, 3, 1, 2);
      const branch = this.#dropPath.forward(changed);
      return this.gamma === null
        ? residual(x, branch)
        : x.addcmul(branch, this.gamma.reshape(-1, 1, 1));
    });
  }
}
