/**
 * An MLP-Mixer for small images.
 *
 * @module
 */

import { whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkCounts, checkParameterCount, countPatches } from "../parts/size_checks.ts";
import { stageEnds, throughBlocks, TokenBackbone } from "../parts/token_stages.ts";

/** Mixes along tokens, then along channels. */
class Block extends nn.Module {
  norm1: nn.LayerNorm;
  tokens: nn.Sequential;
  norm2: nn.LayerNorm;
  channels: nn.Sequential;

  constructor(tokens: number, dim: number) {
    super();
    const mlp = (width: number) =>
      new nn.Sequential(
        new nn.Linear(width, 2 * width),
        new nn.GELU(),
        new nn.Linear(2 * width, width),
      );
    this.norm1 = new nn.LayerNorm(dim);
    this.tokens = mlp(tokens);
    this.norm2 = new nn.LayerNorm(dim);
    this.channels = mlp(dim);
  }

  override forward(x: Tensor): Tensor {
    const along = this.tokens.forward(this.norm1.forward(x).transpose(1, 2)).transpose(1, 2);
    const mixed = x.add(along);
    return mixed.add(this.channels.forward(this.norm2.forward(mixed)));
  }
}

/** Options of {@linkcode SmallMixer}. */
export interface SmallMixerOptions {
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
  /** Mixer blocks; 3 by default. */
  depth?: number;
}

/** The declaration of {@linkcode SmallMixerOptions}. */
export const SMALL_MIXER_OPTIONS: OptionTable<SmallMixerOptions> = {
  channels: whole({ default: 1, min: 1, help: "channels of the images" }),
  imageSize: whole({ default: 28, min: 1, help: "height and width of the images" }),
  patchSize: whole({ default: 7, min: 1, help: "height and width of a patch" }),
  numClasses: whole({ min: 1, help: "the number of classes" }),
  dim: whole({ default: 64, min: 1, help: "width of the tokens" }),
  depth: whole({ default: 3, min: 1, help: "mixer blocks" }),
};

/**
 * An MLP-Mixer (Tolstikhin et al., MLP-Mixer: an all-MLP architecture for vision, 2021); the mean over the
 * tokens is the feature. Images are square. The stages are the tokens as maps after a quarter, a half, three quarters and
 * all of the blocks (after each of fewer than four), before the last norm.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.SmallMixer({ numClasses: 10, depth: 2 });
 * const images = torch.zeros([2, 1, 28, 28]);
 * model.features(images).shape; // [2, 64]
 * model.forward(images).shape; // [2, 10]
 * ```
 */
export class SmallMixer extends TokenBackbone {
  /** From patches to tokens. */
  readonly patchEmbed: nn.Conv2d;
  /** The mixer blocks. */
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

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SmallMixerOptions) {
    super();
    this.recipe = { architecture: "SmallMixer", options: { ...options } };
    const { channels, imageSize, patchSize, numClasses, dim, depth } = resolveOptions(
      "SmallMixer",
      SMALL_MIXER_OPTIONS,
      options,
    );
    checkCounts("SmallMixer", { channels, numClasses, dim, depth });
    const tokens = countPatches("SmallMixer", imageSize, patchSize);
    checkParameterCount(
      "SmallMixer",
      depth * 4 * (tokens * tokens + dim * dim) + dim * (channels * patchSize ** 2 + numClasses),
      { channels, imageSize, patchSize, dim, depth, numClasses },
    );
    this.patchEmbed = new nn.Conv2d(channels, dim, patchSize, { stride: patchSize });
    this.blocks = new nn.Sequential(...Array.from({ length: depth }, () => new Block(tokens, dim)));
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
    return this.norm.forward(throughBlocks(this.blocks, patches.flatten(2).transpose(1, 2), {
      prefix: 0,
      grid: [patches.size(2), patches.size(3)],
    }, stages)).mean(1);
  }
}
