/**
 * MLP-Mixer and ResMLP.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { Affine, MixerBlock, ResMlpBlock } from "./parts/mixer_blocks.ts";
import { PatchEmbed } from "./parts/patch_embed.ts";
import { checkGrid, type Grid } from "./parts/positions.ts";
import { checkCounts, checkParameterCount, countPatches } from "./parts/size_checks.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";

/** What makes one Mixer another. */
export interface MlpMixerOptions extends BuildOptions {
  /** Height and width of a patch. */
  readonly patchSize: number;
  /** The width of the tokens. */
  readonly dim: number;
  /** The number of blocks. */
  readonly depth: number;
  /**
   * Blocks of Mixer, with an MLP over tokens, or of ResMLP, with one layer over tokens, affine norms and scaled branches;
   * `"mixer"` by default.
   */
  readonly kind?: "mixer" | "resmlp";
  /** What the scales of ResMLP's branches start with; 1e-4 by default. */
  readonly layerScale?: number;
}

/**
 * MLP-Mixer (Tolstikhin et al., MLP-Mixer: an all-MLP architecture for vision, 2021, figure 1) and ResMLP (Touvron et al.,
 * ResMLP: Feedforward networks for image classification with data-efficient training, 2021, figure 1): layers over tokens
 * and over channels by turns. Parameters have timm's names. Images have the one size that it was built for.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.MlpMixer({ numClasses: 10, imageSize: 32, patchSize: 8, dim: 16, depth: 4 });
 * model.forward(torch.zeros([2, 3, 32, 32])).shape; // [2, 10]
 * ```
 */
export class MlpMixer extends TokenBackbone {
  /** From images to tokens. */
  readonly stem: PatchEmbed;
  /** The blocks. */
  readonly blocks: nn.ModuleList;
  /** The norm after the blocks. */
  readonly norm: nn.Module;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** The width of the tokens. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** The width of the tokens for each of the stages. */
  override readonly stageDims: readonly number[];
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** Height and width of the images. */
  readonly imageSize: number;
  readonly #grid: Grid;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MlpMixerOptions) {
    super();
    const name = "MlpMixer";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { patchSize, dim, depth, imageSize = 224, kind = "mixer", layerScale = 1e-4 } = options;
    checkCounts(name, { dim, depth });
    const tokens = countPatches(name, imageSize, patchSize);
    checkParameterCount(
      name,
      depth * (8 * dim * dim + tokens * Math.max(tokens, dim)) +
        dim * (inChannels * patchSize ** 2 + numClasses),
      { imageSize, patchSize, dim, depth, numClasses },
    );
    this.stem = new PatchEmbed(patchSize, inChannels, dim);
    this.blocks = new nn.ModuleList(
      Array.from(
        { length: depth },
        () =>
          kind === "mixer"
            ? new MixerBlock(dim, tokens, dropPath)
            : new ResMlpBlock(dim, tokens, layerScale, dropPath),
      ),
    );
    this.norm = kind === "mixer" ? new nn.LayerNorm(dim, { eps: 1e-6 }) : new Affine(dim);
    this.head = classifierHead(dim, numClasses, dropout);
    this.featureDim = dim;
    this.numClasses = numClasses;
    this.patchSize = patchSize;
    this.imageSize = imageSize;
    this.#grid = [imageSize / patchSize, imageSize / patchSize];
    this.stageDims = stageEnds(depth).map(() => dim);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.norm.forward(this.#tokens(images, stages)).mean([1]);
  }

  /** The tokens after the last norm, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => asMap(this.norm.forward(this.#tokens(images)), 0, this.#grid));
  }

  #tokens(images: Tensor, stages?: Tensor[]): Tensor {
    checkGrid("MlpMixer", this.stem.grid(images), this.#grid, images);
    const tokens = this.stem.forward(images);
    return throughBlocks(this.blocks, tokens, { prefix: 0, grid: this.#grid }, stages);
  }
}
