/**
 * The parts of Swin Transformers, by torchvision's names and by timm's.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";
import type { Stage } from "./stage.ts";
import { WindowAttention } from "./window_attention.ts";

/** Whose names the parameters of a Swin have. */
export type Names = "torchvision" | "timm";

/** What the blocks of a Swin share, and in what they differ. */
interface BlockOptions {
  readonly names: Names;
  readonly heads: number;
  readonly window: number;
  readonly shift: number;
  readonly mlpRatio: number;
  readonly dropPath: number;
}

/** Attention within windows, then an MLP, each after a norm (Liu et al. 2021, figure 3b). */
export class SwinBlock extends nn.Module {
  /** The norm before the attention. */
  readonly norm1: nn.LayerNorm;
  /** The attention. */
  readonly attn: WindowAttention;
  /** The norm before the MLP. */
  readonly norm2: nn.LayerNorm;
  /** The MLP; torchvision calls its layers 0 and 3, as it has the activation and dropout between them. */
  readonly mlp: Mlp;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: BlockOptions) {
    super();
    const { names, heads, window, shift, mlpRatio, dropPath } = options;
    const timm = names === "timm";
    this.norm1 = new nn.LayerNorm(dim);
    this.attn = new WindowAttention(dim, heads, window, shift, { keepsIndex: !timm });
    this.norm2 = new nn.LayerNorm(dim);
    this.mlp = new Mlp(dim, dim * mlpRatio, { names: timm ? ["fc1", "fc2"] : ["0", "3"] });
    this.#dropPath = this.registerModule("stochastic_depth", new DropPath(dropPath));
  }

  /** Shapes: (B, H, W, dim) to its own. */
  override forward(x: Tensor): Tensor {
    const mixed = torch.scope(() => {
      const branch = this.attn.forward(this.norm1.forward(x));
      return residual(x, this.#dropPath.forward(branch));
    });
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm2.forward(mixed));
      return residual(mixed, this.#dropPath.forward(branch));
    });
  }
}

/**
 * Makes one pixel of every 2x2, by default with twice the channels (Liu et al. 2021, section 3.1). Maps with odd sides are padded
 * with zeros. Keys as torchvision's and timm's: `reduction`, `norm`.
 */
export class PatchMerging extends nn.Module {
  /** From four pixels to one. */
  readonly reduction: nn.Linear;
  /** The norm before it. */
  readonly norm: nn.LayerNorm;

  /** For maps of `dim` channels, to maps of `outDim`. */
  constructor(dim: number, outDim: number = 2 * dim) {
    super();
    this.reduction = new nn.Linear(4 * dim, outDim, { bias: false });
    this.norm = new nn.LayerNorm(4 * dim);
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
      return this.reduction.forward(this.norm.forward(joined));
    });
  }
}

/**
 * From images to patches with channels last. Keys as torchvision's: `0` (the convolution), `2` (the norm); or as timm's:
 * `proj`, `norm`.
 */
export class Stem extends nn.Module {
  readonly #patches: nn.Conv2d;
  readonly #norm: nn.LayerNorm;

  constructor(names: Names, inChannels: number, dim: number, patchSize: number) {
    super();
    const [conv, norm] = names === "timm" ? ["proj", "norm"] : ["0", "2"];
    const patches = new nn.Conv2d(inChannels, dim, patchSize, { stride: patchSize });
    this.#patches = this.registerModule(conv, patches);
    this.#norm = this.registerModule(norm, new nn.LayerNorm(dim));
  }

  override forward(images: Tensor): Tensor {
    return torch.scope(() => this.#norm.forward(this.#patches.forward(images).permute(0, 2, 3, 1)));
  }
}

/** A stage with timm's names: what halves the map before it, if anything does, and the blocks. Only holds them. */
export class NamedStage extends nn.Module {
  readonly downsample?: nn.Module;
  readonly blocks: Stage;

  constructor(downsample: nn.Module | undefined, blocks: Stage) {
    super();
    if (downsample !== undefined) this.downsample = downsample;
    this.blocks = blocks;
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.forward(this.downsample?.forward(x) ?? x);
  }
}

/** A head with timm's name for its layer, `fc`. */
export class NamedHead extends nn.Module {
  readonly fc: nn.Module;

  constructor(fc: nn.Module) {
    super();
    this.fc = fc;
  }

  override forward(features: Tensor): Tensor {
    return this.fc.forward(features);
  }
}
