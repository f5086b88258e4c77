/**
 * A vision transformer for small images.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Pre-norm transformer block: attention, then a two-layer MLP. */
class Block extends nn.Module {
  norm1: nn.LayerNorm;
  attn: nn.MultiheadAttention;
  norm2: nn.LayerNorm;
  mlp: nn.Sequential;

  constructor(dim: number, heads: number, hidden: number) {
    super();
    this.norm1 = new nn.LayerNorm(dim);
    this.attn = new nn.MultiheadAttention(dim, heads);
    this.norm2 = new nn.LayerNorm(dim);
    this.mlp = new nn.Sequential(
      new nn.Linear(dim, hidden),
      new nn.GELU(),
      new nn.Linear(hidden, dim),
    );
  }

  override forward(x: Tensor): Tensor {
    const normed = this.norm1.forward(x);
    const mixed = x.add(this.attn.forward(normed));
    return mixed.add(this.mlp.forward(this.norm2.forward(mixed)));
  }
}

/** Options of {@linkcode SmallVit}. */
export interface SmallVitOptions {
  /** Channels of the images; 1 by default. */
  channels?: number;
  /** Height and width of the images; 28 by default. */
  imageSize?: number;
  /** Height and width of a patch; 7 by default. */
  patchSize?: number;
  /** The number of classes. */
  numClasses: number;
  /** Width of the tokens; 64 by default. */
  dim?: number;
  /** Transformer blocks; 4 by default. */
  depth?: number;
  /** Attention heads; 4 by default. */
  heads?: number;
  /** Width of the blocks' MLP over that of the tokens; 2 by default. */
  mlpRatio?: number;
}

/** A vision transformer (Dosovitskiy et al. 2021) with learned positions; the mean over tokens is the feature. */
export class SmallVit extends nn.Classifier {
  /** From patches to tokens. */
  readonly patchEmbed: nn.Conv2d;
  /** The transformer blocks. */
  readonly blocks: nn.Sequential;
  /** The last norm. */
  readonly norm: nn.LayerNorm;
  /** From features to logits. */
  override readonly head: nn.Linear;
  /** The width of the tokens. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** What is added to each token for its place, (1, tokens, dim). */
  readonly positions: Tensor;

  /** Builds the network with fresh weights. */
  constructor(options: SmallVitOptions) {
    super();
    const { imageSize = 28, patchSize = 7, dim = 64, depth = 4, heads = 4, mlpRatio = 2 } = options;
    if (imageSize % patchSize !== 0) {
      throw new ArgumentError(
        `Patches of ${patchSize} pixels do not tile an image of ${imageSize}; choose a divisor.`,
      );
    }
    const tokens = (imageSize / patchSize) ** 2;
    this.patchEmbed = new nn.Conv2d(options.channels ?? 1, dim, patchSize, { stride: patchSize });
    this.positions = this.registerParameter(
      "positions",
      torch.noGrad(() => torch.scope(() => torch.randn([1, tokens, dim]).mul(0.02))),
    );
    this.blocks = new nn.Sequential(
      ...Array.from({ length: depth }, () => new Block(dim, heads, dim * mlpRatio)),
    );
    this.norm = new nn.LayerNorm(dim);
    this.featureDim = dim;
    this.numClasses = options.numClasses;
    this.head = new nn.Linear(dim, options.numClasses);
  }

  /** (B, C, H, W) to (B, D). */
  override features(images: Tensor): Tensor {
    const tokens = this.patchEmbed.forward(images).flatten(2).transpose(1, 2).add(this.positions);
    return this.norm.forward(this.blocks.forward(tokens)).mean(1);
  }
}
