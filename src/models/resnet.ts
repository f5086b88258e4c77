/**
 * Residual networks for ImageNet.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type * as nn from "../nn/mod.ts";
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
import {
  batchNorm,
  bottleneckWidth,
  type ResidualStyle,
  startAsIdentity,
} from "./parts/residual_block.ts";
import { type ResidualBlockClass, residualStages } from "./parts/residual_stages.ts";
import { type ResNetStem, stemConvolution, stemPool, stemWidth } from "./parts/resnet_stem.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import type { Stage } from "./parts/stage.ts";

/** Channels of the stages of basic blocks (He et al. 2016, table 1). */
const WIDTHS = [64, 128, 256, 512];

/** What makes one residual network another. */
export interface ResNetOptions extends BuildOptions, ResidualStyle {
  /** The residual block, or that of each stage. */
  readonly block: ResidualBlockClass | readonly ResidualBlockClass[];
  /** Blocks in each of the four stages. */
  readonly depths: readonly number[];
  /** Channels of each stage's blocks, before their expansion; 64, 128, 256 and 512 by default. */
  readonly widths?: readonly number[];
  /** What halves the image twice; a 7x7 convolution and a pool by default. */
  readonly stem?: ResNetStem;
  /** Whether the last norm of every branch starts at 0, so that blocks start as the identity; false by default. */
  readonly zeroInit?: boolean;
}

/**
 * A residual network (He et al., Deep residual learning for image recognition, 2016, table 1), and what was made of it:
 * wide ones (Zagoruyko and Komodakis 2016), ResNeXt (Xie et al. 2017), other stems and shortcuts (He et al., Bag of tricks,
 * 2019), attention of channels (Hu et al. 2018; Wang et al. 2020), pools without aliasing (Zhang 2019), ResNet-RS (Bello et
 * al. 2021), ResNeSt (Zhang et al. 2022). Parameters have torchvision's names, which timm shares. Its stages are conv2_x
 * to conv5_x, at strides 4, 8, 16 and 32.
 */
export class ResNet extends Backbone {
  /** The 7x7 convolution, or three of 3x3. */
  readonly conv1: nn.Module;
  /** The norm after it. */
  readonly bn1: nn.Module;
  /** What halves the map once more, if it is not a pool of maxima. */
  readonly maxpool?: nn.Module;
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
    const { depths, widths = WIDTHS, stem = {}, norm = batchNorm, zeroInit = false } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("ResNet", options);
    const blocks = blocksOf(options);
    checkResNet("ResNet", { ...options, inChannels }, blocks, widths);
    const total = depths.reduce((a, b) => a + b);
    this.conv1 = stemConvolution(inChannels, stem, norm);
    const width = stemWidth(stem);
    this.bn1 = norm(width);
    this.maxpool = stemPool(stem, { ...options, norm });
    const rates = dropPathRates(dropPath, total);
    [this.layer1, this.layer2, this.layer3, this.layer4] = residualStages(
      blocks,
      width,
      widths,
      depths,
      rates,
      options,
    );
    this.stageDims = widths.map((width, i) => width * blocks[i].expansion);
    this.featureDim = this.stageDims[3];
    this.numClasses = numClasses;
    this.fc = classifierHead(this.featureDim, numClasses, dropout);
    initConvolutions(this);
    if (zeroInit) startAsIdentity(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.fc;
  }

  /** (B, C, H, W) to the maps of conv2_x to conv5_x, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stem = convNorm(this.conv1, this.bn1, images).relu_();
      const pooled = this.maxpool?.forward(stem) ?? torch.maxPool2d(stem, 3, 2, 1);
      stem.dispose();
      const conv2 = this.layer1.forward(pooled);
      const conv3 = this.layer2.forward(conv2);
      const conv4 = this.layer3.forward(conv3);
      const conv5 = this.layer4.forward(conv4);
      return { stages: [conv2, conv3, conv4, conv5], features: globalAvgPool(conv5) };
    });
  }
}

/** The block of each stage. */
function blocksOf({ block }: ResNetOptions): readonly ResidualBlockClass[] {
  return Array.isArray(block) ? block : [1, 2, 3, 4].map(() => block as ResidualBlockClass);
}

/** Checks what makes a residual network large. */
function checkResNet(
  name: string,
  options: ResNetOptions,
  blocks: readonly ResidualBlockClass[],
  widths: readonly number[],
): void {
  const { depths, widthPerGroup, groups = 1, reduceFirst = 1, radix = 1, stem, numClasses } =
    options;
  if (blocks.length !== WIDTHS.length) {
    throw new ArgumentError(
      `${name}: block must be a class, or one for each of 4 stages, got ${blocks.length}.`,
    );
  }
  checkList(name, "depths", depths, WIDTHS.length);
  checkList(name, "widths", widths, WIDTHS.length);
  const total = depths.reduce((a, b) => a + b);
  checkBlocks(name, `depths [${depths.join(", ")}]`, total);
  checkCounts(name, { groups, reduceFirst, radix });
  if (stem?.convolutions) checkList(name, "stem.convolutions", stem.convolutions, 3);
  if (widthPerGroup !== undefined) {
    checkCounts(name, {
      widthPerGroup,
      "widthPerGroup's channels": widths[3] * widthPerGroup * groups / 64,
    });
  }
  const inner = widths.map((width) => bottleneckWidth(width, options));
  checkParameterCount(
    name,
    depths.reduce(
      (sum, depth, i) =>
        sum + depth * (9 * radix * inner[i] ** 2 / groups + 2 * inner[i] * widths[i] * 4),
      0,
    ) + 49 * 64 * options.inChannels! + widths[3] * blocks[3].expansion * numClasses,
    { depths, widthPerGroup, groups, inChannels: options.inChannels, numClasses },
  );
}
