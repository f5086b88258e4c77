/**
 * DenseNet.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions, type CheckedOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { normRelu } from "./parts/dense_block.ts";
import { DenseTrunk } from "./parts/dense_trunk.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";

/** What makes one DenseNet another. */
export interface DenseNetOptions extends BuildOptions {
  /** Channels that each layer adds, k of the paper. */
  readonly growth: number;
  /** Layers in each block. */
  readonly depths: readonly number[];
  /** Whether there are three 3x3 convolutions at the start instead of one of 7x7; false by default. */
  readonly deepStem?: boolean;
  /** Whether the first pooling blurs before it halves; false by default. */
  readonly blurs?: boolean;
}

/**
 * DenseNet (Huang et al., Densely connected convolutional networks, 2017, table 1; timm's variants have a deep stem and
 * blur). Parameters have torchvision's names, which timm shares. Its stages are the four blocks, at strides 4, 8, 16 and 32;
 * the last is normed. There are no branches to leave out: dropPath must be 0.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.DenseNet({ numClasses: 10, growth: 4, depths: [2, 2] });
 * model.forward(torch.zeros([1, 3, 32, 32])).shape; // [1, 10]
 * ```
 */
export class DenseNet extends Backbone {
  /** The classifier. */
  readonly classifier: nn.Module;
  /** Channels of the blocks' maps. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last block. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #trunk: DenseTrunk;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: DenseNetOptions) {
    super();
    const { numClasses, inChannels, dropout } = checkOptions(options);
    const trunk = new DenseTrunk(options, inChannels);
    this.#trunk = this.registerModule("features", trunk);
    this.stageDims = trunk.dims;
    this.stageReductions = trunk.dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = trunk.dims.at(-1)!;
    this.numClasses = numClasses;
    this.classifier = classifierHead(this.featureDim, numClasses, dropout);
    for (const module of this.modules()) {
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight);
    }
    if (this.classifier instanceof nn.Linear) nn.init.zeros_(this.classifier.bias!);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.classifier;
  }

  /** (B, C, H, W) to the maps of the blocks, the last normed, and the mean of that. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const { blocks, transitions, lastNorm } = this.#trunk;
      let x = this.#trunk.forward(images);
      const stages = blocks.map((block, i) => {
        const map = block.forward(x);
        if (i < transitions.length) x = transitions[i].forward(map);
        return map;
      });
      stages.push(normRelu(lastNorm, stages.pop()!));
      return { stages, features: globalAvgPool(stages.at(-1)!) };
    });
  }

  /** The layers for learning rates by layer: the stem, and each layer of the blocks, with a transition after it. */
  layerNames(): readonly (readonly string[])[] {
    const blocks = this.#trunk.blocks.flatMap((block, i) =>
      block.children().map((_, at) => [`features.denseblock${i + 1}.denselayer${at + 1}`])
    );
    return [["features.conv0"], ...blocks];
  }
}

function checkOptions(options: DenseNetOptions): CheckedOptions {
  const { growth, depths } = options;
  const checked = checkBuildOptions("DenseNet", options);
  if (checked.dropPath > 0) {
    throw new ArgumentError("DenseNet: dropPath must be 0, as there are no branches to leave out.");
  }
  checkCounts("DenseNet", { growth });
  checkList("DenseNet", "depths", depths);
  checkBlocks("DenseNet", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  let channels = 2 * growth;
  let count = 49 * channels * checked.inChannels;
  for (const depth of depths) {
    const mean = channels + depth * growth / 2;
    count += depth * (4 * growth * mean + 36 * growth ** 2);
    channels += depth * growth;
    count += channels ** 2 / 2;
    channels /= 2;
  }
  checkParameterCount("DenseNet", count + 2 * channels * checked.numClasses, {
    growth,
    depths,
    ...checked,
  });
  return checked;
}
