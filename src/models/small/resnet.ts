/**
 * A residual network for small images.
 *
 * @module
 */

import { list } from "../../base/option_parts.ts";
import { whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import * as nn from "../../nn/mod.ts";
import { scope, type Tensor } from "../../torch/mod.ts";
import { Backbone, type StagedFeatures } from "../backbone.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "../parts/size_checks.ts";
import { chainGroups, groupsEndingAt } from "../parts/stage.ts";

/** Two 3x3 convolutions with a shortcut around them. */
class BasicBlock extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  downsample?: nn.Sequential;

  constructor(before: number, width: number, stride: number) {
    super();
    this.conv1 = new nn.Conv2d(before, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = new nn.Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(width);
    if (stride !== 1 || before !== width) {
      this.downsample = new nn.Sequential(
        new nn.Conv2d(before, width, 1, { stride, bias: false }),
        new nn.BatchNorm2d(width),
      );
    }
  }

  override forward(x: Tensor): Tensor {
    // Scoped, and in place where nobody else has the tensor: else all that lies between is in memory until the network's end.
    return scope(() => {
      const inner = this.bn1.forward(this.conv1.forward(x)).relu_();
      const shortcut = this.downsample ? this.downsample.forward(x) : x;
      return this.bn2.forward(this.conv2.forward(inner)).add_(shortcut).relu_();
    });
  }
}

/** Options of {@linkcode SmallResNet}. */
export interface SmallResNetOptions {
  /** Channels of the images; 1 by default. */
  channels?: number;
  /** The number of classes. */
  numClasses: number;
  /** Channels of the stages; every stage after the first halves the image. `[16, 32, 64]` by default. */
  widths?: readonly number[];
  /** Residual blocks in each stage; 1 by default. */
  blocks?: number;
  /** The stride of the first convolution; 1 by default. */
  stride?: number;
}

/** The declaration of {@linkcode SmallResNetOptions}. */
export const SMALL_RESNET_OPTIONS: OptionTable<SmallResNetOptions> = {
  channels: whole({ default: 1, min: 1, help: "channels of the images" }),
  numClasses: whole({ min: 1, help: "the number of classes" }),
  widths: list(whole({ min: 1 }), {
    default: [16, 32, 64],
    least: 1,
    help: "channels of the stages; every stage after the first halves the image",
  }),
  blocks: whole({ default: 1, min: 1, help: "residual blocks in each stage" }),
  stride: whole({ default: 1, min: 1, help: "the stride of the first convolution" }),
};

/**
 * Residual blocks of 3x3 convolutions (He et al., Deep residual learning for image recognition, 2016,
 * section 4.2); the mean over the last map is the feature.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.SmallResNet({ numClasses: 10, blocks: 2 });
 * const images = torch.zeros([2, 1, 28, 28]);
 * model.features(images).shape; // [2, 64]
 * model.forward(images).shape; // [2, 10]
 * ```
 */
export class SmallResNet extends Backbone {
  /** The first convolution. */
  readonly stem: nn.Sequential;
  /** The residual blocks. */
  readonly blocks: nn.Sequential;
  /** From features to logits. */
  override readonly head: nn.Linear;
  /** The width of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** The widths of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SmallResNetOptions) {
    super();
    this.recipe = { architecture: "SmallResNet", options: { ...options } };
    const filled = resolveOptions("SmallResNet", SMALL_RESNET_OPTIONS, options);
    const { channels, numClasses, widths, blocks: perStage, stride } = filled;
    checkCounts("SmallResNet", { channels, numClasses, blocks: perStage, stride });
    checkList("SmallResNet", "widths", widths);
    checkBlocks("SmallResNet", `blocks ${perStage}`, perStage * widths.length);
    checkParameterCount(
      "SmallResNet",
      widths.reduce((sum, width) => sum + 18 * perStage * width * width, 0) +
        9 * channels * widths[0] + widths.at(-1)! * numClasses,
      { channels, widths, blocks: perStage, numClasses },
    );
    this.stem = new nn.Sequential(
      new nn.Conv2d(channels, widths[0], 3, { stride, padding: 1, bias: false }),
      new nn.BatchNorm2d(widths[0]),
      new nn.ReLU(),
    );
    const blocks: nn.Module[] = [];
    let before = widths[0];
    for (const [stage, width] of widths.entries()) {
      for (let i = 0; i < perStage; i++) {
        blocks.push(new BasicBlock(before, width, stage > 0 && i === 0 ? 2 : 1));
        before = width;
      }
    }
    this.blocks = new nn.Sequential(...blocks);
    this.stageDims = [...widths];
    this.stageReductions = widths.map((_, i) => stride * 2 ** i);
    this.featureDim = before;
    this.numClasses = numClasses;
    this.head = new nn.Linear(before, numClasses);
  }

  /** (B, C, H, W) to the map that each stage's last block ends with, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return scope(() => {
      const perStage = this.blocks.length / this.stageDims.length;
      const ends = this.stageDims.slice(1).map((_, i) => (i + 1) * perStage - 1);
      const groups = groupsEndingAt([...this.blocks], ends);
      const stages = chainGroups(groups, this.stem.forward(images));
      return { stages, features: stages.at(-1)!.mean([2, 3]) };
    });
  }
}
