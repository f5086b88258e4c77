/**
 * EfficientViT, of MIT.
 *
 * @module
 */

import type * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { EfficientVitHead } from "./parts/efficientvit_head.ts";
import { efficientVitStages, efficientVitStem, styleOf } from "./parts/efficientvit_stages.ts";
import type { NamedChain } from "./parts/named_chain.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one EfficientViT another. */
export interface EfficientVitOptions extends BuildOptions {
  /** Channels of the stem and of each of four stages. */
  readonly widths: readonly number[];
  /** Blocks of the stem and of each stage. */
  readonly depths: readonly number[];
  /** Channels of an attention head. */
  readonly headDim: number;
  /** Channels of the head's convolution, and the width of the features. */
  readonly headWidths: readonly [number, number];
  /** Whether the network is one of the large ones (L1 to L3), whose blocks are fused; false by default. */
  readonly isLarge?: boolean;
}

/**
 * EfficientViT (Cai et al., EfficientViT: Multi-scale linear attention for high-resolution dense prediction, 2023, figure
 * 5): two stages of inverted residuals, then two whose blocks add linear attention on several scales. The large ones have
 * three stages of fused inverted residuals first. Parameters have timm's names. Its stages are at strides 4, 8, 16 and
 * 32; images may have any size.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("efficientvit_b0", { numClasses: 10 });
 * student.forward(torch.zeros([2, 3, 64, 64])).shape; // [2, 10]
 * ```
 */
export class EfficientVit extends Backbone {
  /** Convolutions, which halve the image. */
  readonly stem: NamedChain;
  /** The four stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #head: EfficientVitHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EfficientVitOptions) {
    super();
    const name = "EfficientVit";
    const { numClasses, inChannels, dropout } = checkBuildOptions(name, options);
    const { widths, depths, headDim, headWidths, isLarge = false } = options;
    checkList(name, "widths", widths, 5);
    checkList(name, "depths", depths, 5);
    checkList(name, "headWidths", headWidths, 2);
    checkCounts(name, { headDim });
    checkCounts(name, {
      "heads of headDim channels": Math.floor(Math.min(...widths.slice(3)) / headDim),
    });
    checkBlocks(name, `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
    checkParameterCount(
      name,
      widths.reduce((sum, width, i) => sum + depths[i] * 24 * width * width, 0) +
        headWidths[0] * (widths[4] + headWidths[1]) + headWidths[1] * numClasses,
      { widths, depths, headWidths, numClasses },
    );
    this.stem = efficientVitStem(inChannels, widths[0], depths[0], isLarge);
    this.stages = efficientVitStages(widths, depths, headDim, isLarge);
    this.#head = this.registerModule(
      "head",
      new EfficientVitHead([widths[4], ...headWidths], {
        numClasses,
        dropout,
        ...styleOf(isLarge),
      }),
    );
    this.stageDims = widths.slice(1);
    this.featureDim = headWidths[1];
    this.numClasses = numClasses;
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.last;
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the features of the head's hidden layer. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(
        [...this.stages].map((stage) => [stage]),
        this.stem.forward(images),
      );
      return { stages, features: this.#head.forward(stages.at(-1)!) };
    });
  }
}
