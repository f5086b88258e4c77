/**
 * Residual networks for ImageNet.
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
import { convNorm } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { type BasicBlock, type Bottleneck, residualStages } from "./parts/residual_block.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import type { Stage } from "./parts/stage.ts";

/** Channels of the stages of basic blocks (He et al. 2016, table 1). */
const WIDTHS = [64, 128, 256, 512];

/** What makes one residual network another. */
export interface ResNetOptions extends BuildOptions {
  /** The residual block. */
  readonly block: typeof BasicBlock | typeof Bottleneck;
  /** Blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Channels inside a bottleneck for every 64 of a basic block's; 64 by default, 128 for the wide ones. */
  readonly widthPerGroup?: number;
}

/**
 * A residual network (He et al., Deep residual learning for image recognition, 2016, table 1; the wide ones
 * Zagoruyko and Komodakis, Wide residual networks, 2016). Parameters have torchvision's names, which timm shares.
 * Its stages are conv2_x to conv5_x, at strides 4, 8, 16 and 32.
 */
export class ResNet extends Backbone {
  /** The 7x7 convolution. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.BatchNorm2d;
  /** conv2_x of the paper. */
  readonly layer1: Stage;
  /** conv3_x of the paper. */
  readonly layer2: Stage;
  /** conv4_x of the paper. */
  readonly layer3: Stage;
  /** conv5_x of the paper. */
  readonly layer4: Stage;
  /** The classifier. */
  readonly fc: nn.Module;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ResNetOptions) {
    super();
    const { block, depths, widthPerGroup } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("ResNet", options);
    checkList("ResNet", "depths", depths, WIDTHS.length);
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("ResNet", `depths [${depths.join(", ")}]`, total);
    if (widthPerGroup !== undefined) {
      checkCounts("ResNet", {
        widthPerGroup,
        "widthPerGroup's channels": 512 * widthPerGroup / 64,
      });
    }
    const inner = WIDTHS.map((width) => width * (widthPerGroup ?? 64) / 64);
    checkParameterCount(
      "ResNet",
      depths.reduce(
        (sum, depth, i) => sum + depth * (9 * inner[i] ** 2 + 2 * inner[i] * WIDTHS[i] * 4),
        0,
      ) + 49 * 64 * inChannels + 512 * block.expansion * numClasses,
      { depths, widthPerGroup, inChannels, numClasses },
    );
    this.conv1 = new nn.Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new nn.BatchNorm2d(64);
    const rates = dropPathRates(dropPath, total);
    [this.layer1, this.layer2, this.layer3, this.layer4] = residualStages(
      block,
      64,
      WIDTHS,
      depths,
      rates,
      widthPerGroup,
    );
    this.stageDims = WIDTHS.map((width) => width * block.expansion);
    this.featureDim = this.stageDims[3];
    this.numClasses = numClasses;
    this.fc = classifierHead(this.featureDim, numClasses, dropout);
    initConvolutions(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.fc;
  }

  /** (B, C, H, W) to the maps of conv2_x to conv5_x, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stem = convNorm(this.conv1, this.bn1, images).relu_();
      const pooled = torch.maxPool2d(stem, 3, 2, 1);
      stem.dispose();
      const conv2 = this.layer1.forward(pooled);
      const conv3 = this.layer2.forward(conv2);
      const conv4 = this.layer3.forward(conv3);
      const conv5 = this.layer4.forward(conv4);
      return { stages: [conv2, conv3, conv4, conv5], features: globalAvgPool(conv5) };
    });
  }
}
