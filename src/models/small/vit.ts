/**
 * A vision transformer for small images.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import {
  checkCounts,
  checkParameterCount,
  countPatches,
  transformerParameters,
} from "../parts/size_checks.ts";
import { stageEnds, throughBlocks, TokenBackbone } from "../parts/token_stages.ts";

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

/** The declaration of {@linkcode SmallVitOptions}. */
export const SMALL_VIT_OPTIONS: OptionTable<SmallVitOptions> = {
  channels: whole({ default: 1, min: 1, help: "channels of the images" }),
  imageSize: whole({ default: 28, min: 1, help: "height and width of the images" }),
  patchSize: whole({ default: 7, min: 1, help: "height and width of a patch" }),
  numClasses: whole({ min: 1, help: "the number of classes" }),
  dim: whole({ default: 64, min: 1, help: "width of the tokens" }),
  depth: whole({ default: 4, min: 1, help: "transformer blocks" }),
  heads: whole({ default: 4, min: 1, help: "attention heads" }),
  mlpRatio: number({
    default: 2,
    above: 0,
    max: 100,
    help: "width of the blocks' MLP over that of the tokens",
  }),
};

/**
 * A vision transformer (Dosovitskiy et al., An image is worth 16x16 words, 2021) with learned positions and
 * without a class token: the mean over the tokens is the feature. Images are square. The stages are the tokens as maps
 * after a quarter, a half, three quarters and all of the blocks (after each of fewer than four), before the last norm.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.SmallVit({ numClasses: 10, depth: 2 });
 * const images = torch.zeros([2, 1, 28, 28]);
 * model.features(images).shape; // [2, 64]
 * model.forward(images).shape; // [2, 10]
 * ```
 */
export class SmallVit extends TokenBackbone {
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
  /** Height and width of a patch in pixels. */
  override readonly patchSize: number;
  /** The width of the tokens for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** What is added to each token for its place, (1, tokens, dim). */
  readonly positions: Tensor;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SmallVitOptions) {
    super();
    this.recipe = { architecture: "SmallVit", options: { ...options } };
    const filled = resolveOptions("SmallVit", SMALL_VIT_OPTIONS, options);
    const { imageSize, patchSize, dim, depth, heads, mlpRatio, channels, numClasses } = filled;
    checkCounts("SmallVit", { channels, numClasses, dim, depth, heads });
    checkCounts("SmallVit", { "dim times mlpRatio": dim * mlpRatio });
    if (dim % heads !== 0) {
      throw new ArgumentError(
        `SmallVit: dim ${dim} cannot be split into ${heads} equal heads; choose a divisor.`,
      );
    }
    const tokens = countPatches("SmallVit", imageSize, patchSize);
    checkParameterCount(
      "SmallVit",
      transformerParameters(depth, dim, dim * mlpRatio) +
        dim * (tokens + channels * patchSize ** 2 + numClasses),
      { channels, imageSize, patchSize, dim, depth, mlpRatio, numClasses },
    );
    this.patchEmbed = new nn.Conv2d(channels, dim, patchSize, { stride: patchSize });
    this.positions = this.registerParameter(
      "positions",
      torch.noGrad(() => torch.scope(() => torch.randn([1, tokens, dim]).mul(0.02))),
    );
    this.blocks = new nn.Sequential(
      ...Array.from({ length: depth }, () => new Block(dim, heads, dim * mlpRatio)),
    );
    this.norm = new nn.LayerNorm(dim);
    this.patchSize = patchSize;
    this.stageDims = stageEnds(depth).map(() => dim);
    this.featureDim = dim;
    this.numClasses = numClasses;
    this.head = new nn.Linear(dim, numClasses);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    const patches = this.patchEmbed.forward(images);
    const tokens = patches.flatten(2).transpose(1, 2).add(this.positions);
    return this.norm.forward(throughBlocks(this.blocks, tokens, {
      prefix: 0,
      grid: [patches.size(2), patches.size(3)],
    }, stages)).mean(1);
  }
}
