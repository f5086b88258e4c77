/**
 * EfficientFormerV2.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { checkImageSize } from "./parts/check_image_size.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import {
  checkExpansions,
  type EfficientFormerShape,
  efficientFormerStages,
  efficientFormerStem,
} from "./parts/efficientformer_stages.ts";
import type { NamedChain } from "./parts/named_chain.ts";
import { checkGrid } from "./parts/offset_attention.ts";
import { PairedHeads } from "./parts/paired_heads.ts";
import { checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chain, chainGroups } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one EfficientFormerV2 another. */
export interface EfficientFormerV2Options extends BuildOptions, EfficientFormerShape {}

/**
 * EfficientFormerV2 (Li et al., Rethinking vision transformers for MobileNet size and speed, 2023, figure 2): blocks of
 * convolutions, the last of which have attention. Parameters have timm's names. It was taught by labels and by a teacher,
 * and has a head for each, whose mean are the logits. Its stages are at strides 4, 8, 16 and 32; images are square and
 * of the one size that it was built for.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("efficientformerv2_s0", { numClasses: 10, imageSize: 64 });
 * student.forward(torch.zeros([2, 3, 64, 64])).shape; // [2, 10]
 * ```
 */
export class EfficientFormerV2 extends Backbone {
  /** Two convolutions, which make the image four times smaller. */
  readonly stem: NamedChain;
  /** The four stages. */
  readonly stages: nn.ModuleList;
  /** The norm of the last map. */
  readonly norm: nn.BatchNorm2d;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** Height and width of the images. */
  readonly imageSize: number;
  readonly #heads: PairedHeads | nn.Identity;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EfficientFormerV2Options) {
    super();
    const name = "EfficientFormerV2";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { dims, expansions, attentive, imageSize = 224 } = options;
    checkList(name, "dims", dims, 4);
    checkCounts(name, { attentive, imageSize });
    checkGrid(name, imageSize, Math.ceil(imageSize / FOUR_REDUCTIONS[2]));
    const depths = checkExpansions(name, expansions);
    checkParameterCount(
      name,
      dims.reduce((sum, dim, i) => sum + depths[i] * (8 * dim * dim + 3000 * dim), 0) +
        2 * dims[3] * numClasses,
      { dims, numClasses },
    );
    this.stem = efficientFormerStem(inChannels, dims[0]);
    this.stages = new nn.ModuleList(
      efficientFormerStages(options, imageSize, dropPath),
    );
    this.featureDim = dims[3];
    this.norm = new nn.BatchNorm2d(this.featureDim);
    const drop = this.registerModule("head_drop", new nn.Dropout(dropout));
    const [head, distilled] = [0, 1].map(() => classifierHead(this.featureDim, numClasses));
    this.#heads = numClasses === 0 ? new nn.Identity() : new PairedHeads(head, distilled, drop);
    this.registerModule("head", head);
    this.registerModule("head_dist", distilled);
    this.stageDims = dims;
    this.numClasses = numClasses;
    this.imageSize = imageSize;
    initTruncNormal(this, [nn.Linear]);
  }

  /** From features to the mean of both heads' logits. */
  override get head(): nn.Module {
    return this.#heads;
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last after a norm. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = this.#maps(images);
      return { stages, features: this.norm.forward(stages[3]).mean([2, 3]) };
    });
  }

  /** The last map after its norm. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.norm.forward(this.#maps(images)[3]));
  }

  #maps(images: Tensor): Tensor[] {
    checkImageSize("EfficientFormerV2", images, this.imageSize);
    const first = chain(this.stem.items, images);
    return chainGroups([...this.stages].map((stage) => [stage]), first);
  }
}
