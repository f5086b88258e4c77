/**
 * EfficientNet-Lite.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";
import { initAsTimm } from "./init_as_timm.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { checkScaling, EFFICIENTNET_STAGES } from "./parts/efficientnet_stages.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { convOf, LiteBlock, styleOf } from "./parts/lite_block.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";

/** What makes one EfficientNet-Lite another. */
export interface EfficientNetLiteOptions extends BuildOptions {
  /** By how much the widths of all stages grow. */
  readonly widthFactor: number;
  /** By how much the depths of all stages but the first and the last grow. */
  readonly depthFactor: number;
  /** Whose names the parameters have; `"efficientnet-lite-pytorch"` by default. */
  readonly names?: "efficientnet-lite-pytorch" | "timm";
  /**
   * How convolutions are padded: as TensorFlow's, which the published weights come from (the default), or the same on
   * all sides, as timm's `efficientnet_lite0`. The norms' eps is 1e-3 for the one and 1e-5 for the other.
   */
  readonly padding?: "tensorflow" | "symmetric";
}

/** The stages that are the last at each of the strides 4, 8, 16 and 32. */
const STAGE_ENDS = [1, 2, 4, 6];

/**
 * EfficientNet-Lite (Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020): EfficientNet for integer
 * arithmetic. There is no squeeze and excitation, ReLU6 takes the place of SiLU, and the first and last
 * convolutions do not grow. Convolutions take images of any size. Parameters have the
 * names of the package efficientnet-lite-pytorch, or timm's. Its stages are the last blocks at strides 4, 8, 16 and 32.
 */
export class EfficientNetLite extends Backbone {
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features: 1280. */
  override readonly featureDim: number = 1280;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #stem: [nn.Module, nn.Module];
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #last: [nn.Module, nn.Module];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EfficientNetLiteOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(
      "EfficientNetLite",
      options,
      { dropPath: 0.2 },
    );
    checkScaling("EfficientNetLite", options, numClasses);
    const stages = EFFICIENTNET_STAGES.map((stage, i, { length }) => ({
      ...stage,
      width: makeDivisible(stage.width * options.widthFactor),
      depth: i === 0 || i === length - 1
        ? stage.depth
        : Math.ceil(stage.depth * options.depthFactor),
    }));
    const total = stages.reduce((sum, { depth }) => sum + depth, 0);
    const style = styleOf(options);
    const timm = style.names === "timm";
    let before = 32;
    this.#stem = [
      this.registerModule(
        timm ? "conv_stem" : "_conv_stem",
        convOf(style, inChannels, before, 3, { stride: 2 }),
      ),
      this.registerModule(timm ? "bn1" : "_bn0", new nn.BatchNorm2d(before, style.norm)),
    ];
    const blocks: nn.Module[] = [];
    const ends: number[] = [];
    for (const { expansion, kernel, stride, width, depth } of stages) {
      for (let i = 0; i < depth; i++) {
        const rate = dropPath * blocks.length / total;
        const own = { expansion, kernel, stride: i === 0 ? stride : 1, dropPath: rate, style };
        blocks.push(new LiteBlock(before, width, own));
        before = width;
      }
      ends.push(blocks.length - 1);
    }
    this.registerModule(
      timm ? "blocks" : "_blocks",
      new nn.ModuleList(
        timm
          ? groupsEndingAt(blocks, ends.slice(0, -1)).map((group) => new nn.ModuleList(group))
          : blocks,
      ),
    );
    this.#groups = groupsEndingAt(blocks, STAGE_ENDS.slice(0, -1).map((stage) => ends[stage]));
    this.#last = [
      this.registerModule(
        timm ? "conv_head" : "_conv_head",
        convOf(style, before, this.featureDim, 1),
      ),
      this.registerModule(
        timm ? "bn2" : "_bn1",
        new nn.BatchNorm2d(this.featureDim, style.norm),
      ),
    ];
    const head = classifierHead(this.featureDim, numClasses, dropout);
    this.head = this.registerModule(timm ? "classifier" : "_fc", head);
    this.stageDims = STAGE_ENDS.map((stage) => stages[stage].width);
    this.numClasses = numClasses;
    if (timm) initAsTimm(this);
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last convolution's. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, convNorm(...this.#stem, images).relu6_());
      const map = convNorm(...this.#last, stages.at(-1)!).relu6_();
      return { stages, features: globalAvgPool(map) };
    });
  }
}
