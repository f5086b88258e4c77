/**
 * MobileNetV3.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";
import type { BuildOptions } from "./entry.ts";
import type { Activation } from "./parts/activation.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { ConvNormAct } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { InvertedResidual } from "./parts/inverted_residual.ts";
import { checkBlocks, checkCounts, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";

/** A line of the paper's tables 1 and 2: kernel, exp size, #out, SE, NL, s. */
export type BottleneckRow = readonly [
  kernel: number,
  expanded: number,
  width: number,
  squeeze: boolean,
  activation: Activation,
  stride: number,
];

const norm: nn.BatchNormOptions = { eps: 1e-3, momentum: 0.01 };

/** What makes one MobileNetV3 another. */
export interface MobileNetV3Options extends BuildOptions {
  /** The inverted residual blocks. */
  readonly rows: readonly BottleneckRow[];
  /** The blocks that the stages end with, counted from 1: those before strides grow, and the last. */
  readonly stageEnds: readonly number[];
  /** The width of the features, after the layer that follows the pooling. */
  readonly featureDim: number;
}

/**
 * MobileNetV3 (Howard et al., Searching for MobileNetV3, 2019, tables 1 and 2). Parameters have torchvision's names.
 * Its stages are the last blocks at strides 4, 8, 16 and 32.
 */
export class MobileNetV3 extends Backbone {
  /** What follows the pooling: `classifier.0` widens to the features, `classifier.3` classifies. */
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
  constructor(options: MobileNetV3Options) {
    super();
    const { rows, stageEnds, featureDim } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(
      "MobileNetV3",
      options,
      { dropout: 0.2 },
    );
    checkRows(rows, stageEnds);
    checkCounts("MobileNetV3", { featureDim });
    checkParameterCount(
      "MobileNetV3",
      rows.reduce(
        (sum, [kernel, expanded, width], i) =>
          sum + expanded * ((rows[i - 1]?.[2] ?? 16) + width + kernel ** 2 + expanded / 2),
        0,
      ) + featureDim * (rows.at(-1)![2] * 6 + numClasses),
      { "the rows": "given", featureDim, numClasses },
    );
    let before = 16;
    const parts: nn.Module[] = [
      new ConvNormAct(inChannels, before, { kernel: 3, stride: 2, activation: "hardswish", norm }),
    ];
    for (const [i, [kernel, expanded, width, squeeze, activation, stride]] of rows.entries()) {
      parts.push(
        new InvertedResidual(before, width, {
          expanded,
          kernel,
          stride,
          activation,
          norm,
          squeeze: squeeze
            ? {
              channels: makeDivisible(Math.floor(expanded / 4)),
              activation: "relu",
              gate: "hardsigmoid",
            }
            : undefined,
          dropPath: dropPath * i / rows.length,
        }),
      );
      before = width;
    }
    const last = 6 * before;
    parts.push(new ConvNormAct(before, last, { activation: "hardswish", norm }));
    this.registerModule("features", new nn.Sequential(...parts));
    this.#groups = groupsEndingAt(parts, stageEnds);
    this.classifier = new nn.Sequential(
      new nn.Linear(last, featureDim),
      new nn.Hardswish(),
      new nn.Identity(),
      classifierHead(featureDim, numClasses, dropout),
    );
    this.stageDims = stageEnds.map((end) => rows[end - 1][2]);
    this.featureDim = featureDim;
    this.numClasses = numClasses;
    initConvolutions(this);
    for (const layer of this.classifier) {
      if (!(layer instanceof nn.Linear)) continue;
      nn.init.normal_(layer.weight, 0, 0.01);
      nn.init.zeros_(layer.bias!);
    }
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.classifier.at(3);
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the features. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      const pooled = globalAvgPool(stages.pop()!);
      return { stages, features: this.classifier.at(0).forward(pooled).hardswish_() };
    });
  }
}

/** Checks the blocks, and that stages end with blocks that are there. */
function checkRows(rows: readonly BottleneckRow[], stageEnds: readonly number[]): void {
  const name = "MobileNetV3";
  if (rows.length === 0) {
    throw new ArgumentError(`${name}: rows is empty; give at least one block.`);
  }
  checkBlocks(name, "rows", rows.length);
  for (const [i, [kernel, expanded, width, , , stride]] of rows.entries()) {
    checkCounts(`${name}'s row ${i}`, { kernel, expanded, width, stride });
  }
  stageEnds.forEach((end, i) => {
    const after = stageEnds[i - 1] ?? 0;
    if (Number.isInteger(end) && end > after && end <= rows.length) return;
    throw new ArgumentError(
      `${name}: stageEnds must rise from 1 to at most the ${rows.length} rows, got [${
        stageEnds.slice(0, 20).join(", ")
      }].`,
    );
  });
}
