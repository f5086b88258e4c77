/**
 * The vision transformer for images of any shape.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { checkInterpolation, type FlexibleOptions } from "./parts/flexible_positions.ts";
import { NaFlexEmbeds } from "./parts/naflex_embeds.ts";
import { shrinkBranches } from "./parts/shrink_branches.ts";
import { checkCounts } from "./parts/size_checks.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { vitBlocks } from "./parts/vit_blocks.ts";
import type { VitBlock } from "./parts/vit_block.ts";
import { VitPooling } from "./parts/vit_pooling.ts";
import { checkVitOptions, type VitOptions } from "./vit_options.ts";

/** Options of {@linkcode NaFlexVit}. */
export interface NaFlexVitOptions extends
  Omit<
    VitOptions,
    | "prefixPositions"
    | "preNorm"
    | "dynamicImageSize"
    | "ragged"
    | "block"
    | "subNorms"
    | "qkNorm"
    | "differential"
  >,
  FlexibleOptions {
  /** Whether there is a class token; false by default. */
  readonly classToken?: boolean;
  /** Rows and columns of the learned positions; 16 by default. */
  readonly gridSize?: number;
  /** Whether positions are the sums of those of rows and those of columns; false by default. */
  readonly factorized?: boolean;
}

/**
 * The vision transformer for images of any shape whose sides are multiples of a patch's (Tschannen et al., SigLIP 2, 2025,
 * section 2.4.2; Dehghani et al., Patch n' Pack: NaViT, 2023): positions are learned on one grid, and resized to that of
 * the images at hand. All images of a batch have one shape: packed batches of several shapes with masks are not here.
 *
 * Parameters have timm's names. The option `imageSize` decides none of them. Stages and features are those of a
 * {@linkcode VisionTransformer}.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.NaFlexVit({
 *   numClasses: 10, patchSize: 8, dim: 48, depth: 4, heads: 3, gridSize: 4,
 * });
 * model.forward(torch.zeros([2, 3, 32, 48])).shape; // [2, 10]
 * ```
 */
export class NaFlexVit extends TokenBackbone {
  /** From images to tokens. */
  readonly embeds: NaFlexEmbeds;
  /** The transformer's blocks. */
  readonly blocks: nn.ModuleList;
  /** From tokens to features. */
  readonly pooling: VitPooling;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** The width of the tokens, D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of a patch. */
  override readonly patchSize: number;
  readonly #prefix: number;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: NaFlexVitOptions) {
    super();
    const { gridSize = 16, factorized = false, classToken = false, patchSize = 16 } = options;
    const { imageSize: _, ...given } = options;
    checkCounts("NaFlexVit", { gridSize, patchSize });
    checkInterpolation("NaFlexVit", options);
    const checked = checkVitOptions("NaFlexVit", {
      ...given,
      ...{ classToken, patchSize, imageSize: gridSize * patchSize },
    });
    const { dim, depth, inChannels, registers } = checked;
    this.#prefix = Number(classToken) + registers;
    this.embeds = new NaFlexEmbeds({
      ...options,
      ...{ inChannels, patchSize, dim, classToken, registers, gridSize, factorized },
    });
    this.blocks = this.registerModule("blocks", vitBlocks(checked));
    this.pooling = new VitPooling(this, this.#prefix, checked);
    this.head = classifierHead(dim, checked.numClasses, checked.dropout);
    this.featureDim = dim;
    this.numClasses = checked.numClasses;
    this.stageDims = stageEnds(depth).map(() => dim);
    this.patchSize = patchSize;
    initTruncNormal(this, [nn.Linear]);
    shrinkBranches([...this.blocks].map((block) => block as VitBlock));
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.pooling.features(this.#tokens(images, stages));
  }

  /** The patches' tokens after the last norm, if there is one before the pooling, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() =>
      asMap(this.pooling.normed(this.#tokens(images)), this.#prefix, this.embeds.grid(images))
    );
  }

  #tokens(images: Tensor, stages?: Tensor[]): Tensor {
    const grid = this.embeds.grid(images);
    const tokens = torch.scope(() => this.embeds.forward(images));
    return throughBlocks(this.blocks, tokens, { prefix: this.#prefix, grid }, stages);
  }
}
