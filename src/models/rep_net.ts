/**
 * Networks of convolutions that are trained as several.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { initByOutputs } from "./parts/init_by_outputs.ts";
import { RepConv, type RepConvOptions } from "./parts/rep_conv.ts";
import { checkBlocks, checkCounts, checkParameterCount } from "./parts/size_checks.ts";
import { Stage } from "./parts/stage.ts";

/** One block: the channels that it gives, and what else it is. */
export interface RepBlock extends Pick<RepConvOptions, "kernel" | "groups" | "branches"> {
  /** Channels that come out. */
  readonly width: number;
  /** Makes the attention of channels, for so many of them. */
  readonly attention?: (channels: number) => RepConvOptions["attention"];
}

/**
 * A stack of {@linkcode RepConv}: a stem, and stages the first block of which halves the map. `RepVgg` and `MobileOne`
 * are such. Parameters have timm's names.
 */
export abstract class RepNet extends Backbone {
  /** The first block. */
  readonly stem: RepConv;
  /** The stages. */
  readonly stages: nn.Sequential;
  /** The classifier. */
  override readonly head: FcHead;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network `name` with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(
    name: string,
    options: BuildOptions,
    stem: RepBlock,
    stages: readonly (readonly RepBlock[])[],
  ) {
    super();
    const { numClasses, inChannels, dropout, dropPath, folded } = checkBuildOptions(name, options, {
      folds: true,
    });
    const blocks = [stem, ...stages.flat()];
    checkBlocks(name, "depths", blocks.length);
    blocks.forEach(({ width, groups = 1 }, i) => {
      checkCounts(name, { width, groups });
      const before = blocks[i - 1]?.width ?? inChannels;
      if (width % groups === 0 && before % groups === 0) return;
      throw new ArgumentError(
        `${name}: ${before} and ${width} channels cannot both be split into ${groups} groups.`,
      );
    });
    checkParameterCount(
      name,
      blocks.reduce((sum, { width, kernel = 3, groups = 1, branches = 1 }, i) => {
        const before = blocks[i - 1]?.width ?? inChannels;
        return sum + (branches * kernel ** 2 + 1) * before * width / groups;
      }, blocks.at(-1)!.width * numClasses),
      { widths: stages.map((stage) => stage.at(-1)!.width), numClasses },
    );
    let before = inChannels;
    const rates = dropPathRates(dropPath, blocks.length - 1);
    const made = ({ width, attention, ...own }: RepBlock, stride: number, dropPath = 0) => {
      const block = new RepConv(before, width, {
        ...own,
        stride,
        dropPath,
        folded,
        activation: "relu",
        attention: attention?.(width),
      });
      before = width;
      return block;
    };
    this.stem = made(stem, 2);
    this.stages = new nn.Sequential(
      ...stages.map((stage) =>
        new Stage(...stage.map((block, i) => made(block, i === 0 ? 2 : 1, rates.shift())))
      ),
    );
    this.stageDims = stages.map((stage) => stage.at(-1)!.width);
    this.stageReductions = stages.map((_, i) => 4 * 2 ** i);
    this.featureDim = before;
    this.numClasses = numClasses;
    this.head = new FcHead(before, numClasses, dropout);
    initByOutputs(this);
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      let map = this.stem.forward(images);
      const stages = [...this.stages].map((stage) => map = stage.forward(map));
      return { stages, features: globalAvgPool(map) };
    });
  }
}
