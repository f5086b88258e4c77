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
  /** Channels that come in; those that come out by default. */
  readonly before?: number;
  /** Height and width of the depthwise convolution's kernel; 7 by default. */
  readonly kernel?: number;
  /** The stride of the convolution; 1 by default. */
  readonly stride?: number;
  /** Whether the convolution has a bias; true by default. */
  readonly bias?: boolean;
  /** The norm of every pixel; layer normalization by default. */
  readonly norm?: ChannelNorm;
  /** The number in the norm that keeps it from dividing by 0; 1e-6 by default. */
  readonly eps?: number;
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
  readonly #reshapes: boolean;

  /** Makes maps of `dim` channels. */
  constructor(dim: number, options: ConvNeXtBlockOptions) {
    super();
    const { layerScale, norm = "layer", eps = 1e-6, dropPath } = options;
    const { before = dim, kernel = 7, stride = 1, bias } = options;
    this.gamma = layerScale === null
      ? null
      : this.registerParameter("gamma", torch.full([dim], layerScale));
    const padding = (kernel - 1) / 2;
    const depthwise = new nn.Conv2d(before, dim, kernel, { stride, padding, groups: before, bias });
    this.#reshapes = stride > 1 || before !== dim;
    this.#depthwise = this.registerModule("conv_dw", depthwise);
    this.norm = this.registerModule("norm", tokenNorm(norm, dim, eps));
    this.mlp = this.registerModule("mlp", new PixelMlp(dim, 4 * dim, options));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, dim, H / stride, W / stride). Where shapes change, the shortcut begins after the convolution. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const map = this.#depthwise.forward(x);
      const shortcut = this.#reshapes ? map : x;
      const pixels = map.permute(0, 2, 3, 1);
      const changed = this.mlp.forward(this.norm.forward(pixels)).permute(0, 3, 1, 2);
      const branch = this.#dropPath.forward(changed);
      return this.gamma === null
        ? residual(shortcut, branch)
        : shortcut.addcmul(branch, this.gamma.reshape(-1, 1, 1));
    });
  }
}
