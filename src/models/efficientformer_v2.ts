/**
 * EfficientFormerV2.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { biasedConv, MapAttention } from "./parts/efficientformer_attention.ts";
import { EfficientFormerBlock, Halving } from "./parts/efficientformer_blocks.ts";
import { checkGrid } from "./parts/offset_attention.ts";
import { NamedChain } from "./parts/named_chain.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
} from "./parts/size_checks.ts";
import { chain, chainGroups, Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { PairedHeads } from "./parts/paired_heads.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one EfficientFormerV2 another. */
export interface EfficientFormerV2Options extends BuildOptions {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** For each stage the factors by which its blocks' hidden layers are wider. */
  readonly expansions: readonly (readonly number[])[];
  /** How many blocks at the end of each of the last two stages have attention. */
  readonly attentive: number;
}

/** Returns how many blocks each stage has. */
function checkExpansions(model: string, expansions: readonly (readonly number[])[]): number[] {
  const depths = Array.isArray(expansions) ? expansions.map((list) => list?.length) : [];
  checkList(model, "the numbers of expansions", depths, 4);
  for (const [i, factors] of expansions.entries()) {
    checkFactors(
      model,
      Object.fromEntries(factors.map((one, at) => [`expansions[${i}][${at}]`, one])),
    );
  }
  return depths;
}

const gelu = { activation: "gelu" } as const;

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
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
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
    const total = depths.reduce((a, b) => a + b);
    checkBlocks(name, "expansions", total);
    checkParameterCount(
      name,
      dims.reduce((sum, dim, i) => sum + depths[i] * (8 * dim * dim + 3000 * dim), 0) +
        2 * dims[3] * numClasses,
      { dims, numClasses },
    );
    const half = Math.floor(dims[0] / 2);
    this.stem = new NamedChain({
      conv1: biasedConv(inChannels, half, { ...gelu, kernel: 3, stride: 2 }),
      conv2: biasedConv(half, dims[0], { ...gelu, kernel: 3, stride: 2 }),
    });
    const rates = dropPathRates(dropPath, total);
    this.stages = new nn.ModuleList(dims.map((dim, i) => {
      const before = Math.ceil(imageSize / (i === 0 ? 4 : FOUR_REDUCTIONS[i - 1]));
      const side = i === 0 ? before : Math.ceil(before / 2);
      const blocks = expansions[i].map((expansion, at) => {
        const mixes = i >= 2 && at >= depths[i] - attentive;
        const mixer = mixes ? new MapAttention(dim, [side, side], i === 2 ? 2 : 1) : null;
        return new EfficientFormerBlock(dim, expansion, rates.shift()!, mixer);
      });
      return new NamedChain({
        ...(i > 0 && {
          downsample: new Halving(dims[i - 1], dim, i === 3 ? [before, before] : null),
        }),
        blocks: new Stage(...blocks),
      });
    }));
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
    const [height, width] = images.shape.slice(2);
    if (height !== this.imageSize || width !== this.imageSize) {
      throw new ShapeError(
        `This EfficientFormerV2 is for images of ${this.imageSize} x ${this.imageSize} pixels, got [${
          images.shape.join(", ")
        }]. Resize the images, or build it with their imageSize.`,
      );
    }
    const first = chain(this.stem.items, images);
    return chainGroups([...this.stages].map((stage) => [stage]), first);
  }
}
