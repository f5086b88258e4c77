/**
 * GhostNet.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { activate_ } from "./parts/activation.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convNorm, ConvNormAct } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { GhostBottleneck } from "./parts/ghost_bottleneck.ts";
import type { GhostVersion } from "./parts/ghost_module.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkParameterCount,
} from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";

/** A line of the paper's table 1: kernel, channels of the middle and that come out, share that is squeezed to, stride. */
export type GhostRow = readonly [
  kernel: number,
  middle: number,
  width: number,
  squeeze: number,
  stride: number,
];

/** What makes one GhostNet another. */
export interface GhostNetOptions extends BuildOptions {
  /** Which paper's blocks it has; the first's by default. */
  readonly version?: GhostVersion;
  /** The blocks, by stages; a stage has a stride in its last block only. */
  readonly rows: readonly (readonly GhostRow[])[];
  /** By how much all channels grow; 1 by default. */
  readonly widthFactor?: number;
}

/** The width of the features. */
const FEATURES = 1280;

/**
 * GhostNet (Han et al., GhostNet: More features from cheap operations, 2020, table 1), GhostNetV2 (Tang et al. 2022), whose
 * blocks after the second attend to far places, and GhostNetV3 (Liu et al. 2024) as it is trained, with several convolutions
 * in place of each. Parameters have timm's names. Its stages are what timm has: the maps of the blocks that have strides.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("ghostnet_100", { numClasses: 10 });
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class GhostNet extends Backbone {
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the features. */
  override readonly featureDim: number = FEATURES;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #stem: readonly [nn.Module, nn.Module];
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #last: nn.Conv2d;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: GhostNetOptions) {
    super();
    const { rows, version = 1, widthFactor = 1 } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("GhostNet", options, {
      dropout: 0.2,
    });
    checkRows(rows, widthFactor, numClasses);
    const scaled = (channels: number): number => makeDivisible(channels * widthFactor, 4);
    let before = scaled(16);
    this.#stem = [
      this.registerModule(
        "conv_stem",
        new nn.Conv2d(inChannels, before, 3, { stride: 2, padding: 1, bias: false }),
      ),
      this.registerModule("bn1", new nn.BatchNorm2d(before)),
    ];
    const total = rows.flat().length;
    let made = 0;
    const stages: nn.Module[] = rows.map((stage) =>
      new Stage(...stage.map(([kernel, middle, width, squeeze, stride]) => {
        const block = new GhostBottleneck(before, scaled(width), {
          version,
          middle: scaled(middle),
          kernel,
          stride,
          squeeze,
          isLongRange: version > 1 && made > 1,
          dropPath: dropPath * made++ / total,
        });
        before = scaled(width);
        return block;
      }))
    );
    const wide = scaled(rows.at(-1)!.at(-1)![1]);
    const last = new ConvNormAct(before, wide, { activation: "relu", keys: ["conv", "bn1"] });
    stages.push(new Stage(last));
    this.registerModule("blocks", new nn.Sequential(...stages));
    const taps = rows.flatMap((stage, i) => stage.at(-1)![4] > 1 ? [i] : []).slice(-4);
    this.#groups = groupsEndingAt(stages, taps);
    this.stageDims = taps.map((i) => scaled(rows[i].at(-1)![2]));
    const strides = rows.flat().filter(([, , , , stride]) => stride > 1).length;
    this.stageReductions = taps.map((_, i) => 2 ** (strides + 2 - taps.length + i));
    this.#last = this.registerModule("conv_head", new nn.Conv2d(wide, FEATURES, 1));
    this.head = this.registerModule("classifier", classifierHead(FEATURES, numClasses, dropout));
    this.numClasses = numClasses;
  }

  #maps(images: Tensor): Tensor[] {
    return chainGroups(this.#groups, activate_(convNorm(...this.#stem, images), "relu"));
  }

  /** (B, C, H, W) to the maps of the stages and the features. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = this.#maps(images);
      const { weight, bias } = this.#last;
      const pooled = globalAvgPool(stages.pop()!);
      const features = torch.linear(pooled, weight.flatten(1), bias);
      return { stages, features: activate_(features, "relu") };
    });
  }

  /** (B, C, H, W) to the map that is pooled. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.#maps(images).at(-1)!);
  }
}

function checkRows(
  rows: GhostNetOptions["rows"],
  widthFactor: number,
  numClasses: number,
): void {
  const model = "GhostNet";
  if (rows.length === 0 || rows.some((stage) => stage.length === 0)) {
    throw new ArgumentError(`${model}: rows is empty, or one stage's; give each at least a block.`);
  }
  checkFactors(model, { widthFactor });
  const blocks = rows.flat();
  checkBlocks(model, "rows", blocks.length);
  for (const [i, [kernel, middle, width, squeeze, stride]] of blocks.entries()) {
    checkCounts(`${model}'s row ${i}`, { kernel, middle, width, stride });
    if (!(squeeze >= 0 && squeeze <= 1)) {
      throw new ArgumentError(`${model}'s row ${i}: squeeze must be from 0 to 1, got ${squeeze}.`);
    }
  }
  const wide = blocks.at(-1)![1] * widthFactor;
  const count = blocks.reduce(
        (sum, [, middle, width, squeeze]) => sum + middle * (width + squeeze * middle),
        0,
      ) * widthFactor ** 2 + wide * FEATURES + FEATURES * numClasses;
  checkParameterCount(model, count, { rows: "given", widthFactor, numClasses });
}
