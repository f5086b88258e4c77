/**
 * The parts of Swin Transformers of both versions.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { CosineWindowAttention } from "./cosine_window_attention.ts";
import { DropPath } from "./drop_path.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";
import { WindowAttention, type WindowAttentionOptions } from "./window_attention.ts";

/** What makes one block another. */
export interface SwinBlockOptions extends WindowAttentionOptions {
  /** The version: 1 has norms before the branches, 2 after them, and cosine attention. */
  readonly version: 1 | 2;
  /** The hidden width of the MLP over the block's own. */
  readonly mlpRatio: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
  /** The side of the windows that weights of version 2 were first trained with. */
  readonly trainedWindow?: number;
}

/**
 * Attention within windows, then an MLP, each with a norm: before it (Liu et al. 2021, figure 3b), or after it in version 2
 * (Liu et al. 2022, figure 1). Keys as timm's: `norm1`, `attn`, `norm2`, `mlp`.
 */
export class SwinBlock extends nn.Module {
  /** The norm of the attention's branch. */
  readonly norm1: nn.LayerNorm;
  /** The attention. */
  readonly attn: WindowAttention;
  /** The norm of the MLP's branch. */
  readonly norm2: nn.LayerNorm;
  /** The MLP. */
  readonly mlp: Mlp;
  readonly #dropPath: DropPath;
  readonly #normFirst: boolean;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: SwinBlockOptions) {
    super();
    const { version, mlpRatio, dropPath, trainedWindow } = options;
    this.norm1 = new nn.LayerNorm(dim);
    this.attn = version === 1
      ? new WindowAttention(dim, options)
      : new CosineWindowAttention(dim, options, trainedWindow);
    this.norm2 = new nn.LayerNorm(dim);
    this.mlp = new Mlp(dim, Math.trunc(dim * mlpRatio));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
    this.#normFirst = version === 1;
  }

  /** Shapes: (B, H, W, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = this.#with(x, this.norm1, this.attn);
    return this.#with(mixed, this.norm2, this.mlp);
  }

  #with(x: Tensor, norm: nn.Module, branch: nn.Module): Tensor {
    const [first, second] = this.#normFirst ? [norm, branch] : [branch, norm];
    return torch.scope(() => residual(x, this.#dropPath.forward(second.forward(first.forward(x)))));
  }
}

/**
 * Makes one pixel of every 2x2, by default with twice the channels (Liu et al. 2021, section 3.1). Maps with odd sides are padded
 * with zeros. Keys as timm's: `reduction`, `norm`.
 */
export class PatchMerging extends nn.Module {
  /** From four pixels to one. */
  readonly reduction: nn.Linear;
  /** The norm before it, or after it in version 2. */
  readonly norm: nn.LayerNorm;
  readonly #normFirst: boolean;

  /** For maps of `dim` channels, to maps of `outDim`. */
  constructor(dim: number, outDim: number = 2 * dim, version: 1 | 2 = 1) {
    super();
    this.#normFirst = version === 1;
    this.reduction = new nn.Linear(4 * dim, outDim, { bias: false });
    this.norm = new nn.LayerNorm(this.#normFirst ? 4 * dim : outDim);
  }

  /** (B, H, W, dim) to (B, H / 2, W / 2, outDim), rounded up. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const [batch, height, width, dim] = x.shape;
      const odd = height % 2 !== 0 || width % 2 !== 0;
      const even = odd ? torch.pad(x, [0, 0, 0, width % 2, 0, height % 2]) : x;
      const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
      // The four pixels come column by column.
      const joined = even.reshape(batch, rows, 2, columns, 2, dim).permute(0, 1, 3, 4, 2, 5)
        .reshape(batch, rows, columns, 4 * dim);
      return this.#normFirst
        ? this.reduction.forward(this.norm.forward(joined))
        : this.norm.forward(this.reduction.forward(joined));
    });
  }
}

/** From images to patches with channels last. Keys as timm's: `proj`, `norm`. */
export class Patches extends nn.Module {
  /** The convolution whose windows are the patches. */
  readonly proj: nn.Conv2d;
  /** The norm of each patch. */
  readonly norm: nn.LayerNorm;

  /** From patches of `patchSize` pixels to maps of `dim` channels. */
  constructor(inChannels: number, dim: number, patchSize: number) {
    super();
    this.proj = new nn.Conv2d(inChannels, dim, patchSize, { stride: patchSize });
    this.norm = new nn.LayerNorm(dim);
  }

  /** (B, C, H, W) to (B, H / patchSize, W / patchSize, dim). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => this.norm.forward(this.proj.forward(images).permute(0, 2, 3, 1)));
  }
}
