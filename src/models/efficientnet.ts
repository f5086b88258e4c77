/**
 * EfficientNet.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { ConvNormAct } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { checkScaling, EFFICIENTNET_STAGES } from "./parts/efficientnet_stages.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { InvertedResidual } from "./parts/inverted_residual.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";

/** What makes one EfficientNet another. */
export interface EfficientNetOptions extends BuildOptions {
  /** By how much all widths grow (w of equation 3). */
  readonly widthFactor: number;
  /** By how much the depths of all stages grow (d of equation 3). */
  readonly depthFactor: number;
}

/** The places in `features` of the last stage at each of the strides 4, 8, 16 and 32. */
const STAGE_ENDS = [2, 3, 5, 7];

/**
 * EfficientNet (Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural networks, 2019, table 1).
 * Parameters have torchvision's names. Its stages are the last maps at strides 4, 8, 16 and 32.
 */
export class EfficientNet extends Backbone {
  /** `classifier.1` classifies. */
  readonly classifier: nn.Sequential;
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
  constructor(options: EfficientNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(
      "EfficientNet",
      options,
      { dropPath: 0.2 },
    );
    checkScaling("EfficientNet", options, numClasses);
    const stages = EFFICIENTNET_STAGES.map((stage) => ({
      ...stage,
      width: makeDivisible(stage.width * options.widthFactor),
      depth: Math.ceil(stage.depth * options.depthFactor),
    }));
    const total = stages.reduce((sum, { depth }) => sum + depth, 0);
    let before = makeDivisible(32 * options.widthFactor);
    let made = 0;
    const parts: nn.Module[] = [
      new ConvNormAct(inChannels, before, { kernel: 3, stride: 2, activation: "silu" }),
    ];
    for (const { expansion, kernel, stride, width, depth } of stages) {
      const blocks = Array.from({ length: depth }, (_, i) => {
        const block = new InvertedResidual(before, width, {
          expanded: makeDivisible(before * expansion),
          kernel,
          stride: i === 0 ? stride : 1,
          activation: "silu",
          squeeze: { channels: Math.floor(before / 4), activation: "silu", gate: "sigmoid" },
          dropPath: dropPath * made++ / total,
        });
        before = width;
        return block;
      });
      parts.push(new Stage(...blocks));
    }
    const last = 4 * before;
    parts.push(new ConvNormAct(before, last, { activation: "silu" }));
    this.registerModule("features", new nn.Sequential(...parts));
    this.#groups = groupsEndingAt(parts, STAGE_ENDS);
    this.classifier = new nn.Sequential(
      new nn.Identity(),
      classifierHead(last, numClasses, dropout),
    );
    this.stageDims = STAGE_ENDS.map((end) => stages[end - 1].width);
    this.featureDim = last;
    this.numClasses = numClasses;
    initConvolutions(this);
    if (this.head instanceof nn.Linear) {
      const bound = 1 / Math.sqrt(numClasses);
      nn.init.uniform_(this.head.weight, -bound, bound);
      nn.init.zeros_(this.head.bias!);
    }
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.classifier.at(1);
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last convolution's. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      return { features: globalAvgPool(stages.pop()!), stages };
    });
  }
}
