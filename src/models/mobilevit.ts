/**
 * MobileViT.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { convBn } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { MobileVitBlock, MobileVitConv, MobileVitV2Block } from "./parts/mobilevit_blocks.ts";
import { checkBlocks, checkFactors, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one MobileViT another. */
export interface MobileVitOptions extends BuildOptions {
  /** Channels of the stem and of each of five stages. */
  readonly widths: readonly number[];
  /** Convolutional blocks of the second stage; the other stages have one. */
  readonly convs: number;
  /** By how much the convolutional blocks widen what comes in. */
  readonly expansion: number;
  /** The width of the tokens in each of the last three stages, which have a transformer. */
  readonly dims: readonly number[];
  /** Channels of the last convolution; there is none without it. */
  readonly lastWidth?: number;
  /** Which paper's blocks there are: 2 has attention of linear cost; 1 by default. */
  readonly version?: 1 | 2;
}

/** Blocks of the transformers in each of the last three stages. */
const DEPTHS = [2, 4, 3];

/**
 * MobileViT (Mehta and Rastegari, MobileViT: Light-weight, general-purpose, and mobile-friendly vision transformer, 2022,
 * figure 1b) and its second version (Separable self-attention for mobile vision transformers, 2023): inverted residuals,
 * and in the last three stages transformers over patches. Parameters have timm's names. Its stages are the maps at strides
 * 4, 8, 16 and 32, the last after the last convolution. Images may have any size.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("mobilevitv2_050", { numClasses: 10 });
 * student.forward(torch.zeros([2, 3, 64, 64])).shape; // [2, 10]
 * ```
 */
export class MobileVit extends Backbone {
  /** From features to logits. */
  override readonly head: FcHead;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #groups: readonly (readonly nn.Module[])[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MobileVitOptions) {
    super();
    const name = "MobileVit";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { widths, convs, expansion, dims, lastWidth, version = 1 } = options;
    checkList(name, "widths", widths, 6);
    checkList(name, "dims", dims, 3);
    checkList(name, "convs and lastWidth", [convs, lastWidth ?? 1]);
    checkFactors(name, { expansion });
    checkBlocks(name, `convs ${convs}`, convs);
    checkParameterCount(
      name,
      widths.reduce((sum, width) => sum + (2 * expansion + 18) * width * width, 0) +
        dims.reduce((sum, dim) => sum + 32 * dim * dim, 0) +
        (lastWidth ?? widths[5]) * (widths[5] + numClasses),
      { widths, dims, lastWidth, numClasses },
    );
    const activation = "silu";
    const stem = convBn(inChannels, widths[0], { kernel: 3, stride: 2, activation });
    this.registerModule("stem", stem);
    const rates = dropPathRates(dropPath, 1 + convs + 6);
    const stages = widths.slice(1).map((width, i) => {
      const blocks: nn.Module[] = Array.from(
        { length: i === 1 ? convs : 1 },
        (_, at) =>
          new MobileVitConv(at === 0 ? widths[i] : width, width, {
            expansion,
            stride: i > 0 && at === 0 ? 2 : 1,
            dropPath: rates.shift()!,
          }),
      );
      if (i < 2) return new Stage(...blocks);
      const own = { dim: dims[i - 2], depth: DEPTHS[i - 2], dropPath: rates.shift()! };
      const Block = version === 1 ? MobileVitBlock : MobileVitV2Block;
      return new Stage(...blocks, new Block(width, own));
    });
    this.registerModule("stages", new nn.ModuleList(stages));
    const last = lastWidth === undefined ? [] : [convBn(widths[5], lastWidth, { activation })];
    if (last.length > 0) this.registerModule("final_conv", last[0]);
    this.featureDim = lastWidth ?? widths[5];
    this.head = new FcHead(this.featureDim, numClasses, dropout);
    this.#groups = [[stem, ...stages.slice(0, 2)], [stages[2]], [stages[3]], [stages[4], ...last]];
    this.stageDims = [...widths.slice(2, 5), this.featureDim];
    this.numClasses = numClasses;
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      return { stages, features: globalAvgPool(stages[3]) };
    });
  }
}
