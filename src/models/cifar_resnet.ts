/**
 * Residual networks for CIFAR.
 *
 * @module
 */

import { WIDTHS } from "./cifar_resnet_widths.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { BasicBlock } from "./parts/residual_block.ts";
import { residualStages } from "./parts/residual_stages.ts";
import { checkBlocks, checkCounts } from "./parts/size_checks.ts";
import type { Stage } from "./parts/stage.ts";

/** What makes one residual network for CIFAR another. */
export interface CifarResNetOptions extends BuildOptions {
  /** Blocks in each stage: n of section 4.2, for 6n + 2 layers. */
  readonly depth: number;
}

/**
 * A residual network for images of 32 pixels (He et al., Deep residual learning for image recognition, 2016, section
 * 4.2). Shortcuts between stages are projections, as the distillation literature and its published weights have
 * them (option B of the paper, whose own results for CIFAR are of option A). Parameters have the names of
 * torchvision's ResNet. Its stages have maps of 32, 16 and 8 pixels.
 */
export class CifarResNet extends Backbone {
  /** The first convolution. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.BatchNorm2d;
  /** The blocks of 16 channels. */
  readonly layer1: Stage;
  /** The blocks of 32 channels. */
  readonly layer2: Stage;
  /** The blocks of 64 channels. */
  readonly layer3: Stage;
  /** The classifier. */
  readonly fc: nn.Module;
  /** Channels of the three stages. */
  override readonly stageDims: readonly number[] = WIDTHS;
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = [1, 2, 4];
  /** Channels of the last stage. */
  override readonly featureDim: number = WIDTHS[2];
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: CifarResNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("CifarResNet", options);
    checkCounts("CifarResNet", { depth: options.depth });
    checkBlocks("CifarResNet", `depth ${options.depth}`, 3 * options.depth);
    const depths = WIDTHS.map(() => options.depth);
    this.conv1 = new nn.Conv2d(inChannels, WIDTHS[0], 3, { padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(WIDTHS[0]);
    [this.layer1, this.layer2, this.layer3] = residualStages(
      WIDTHS.map(() => BasicBlock),
      WIDTHS[0],
      WIDTHS,
      depths,
      dropPathRates(dropPath, 3 * options.depth),
    );
    this.numClasses = numClasses;
    this.fc = classifierHead(this.featureDim, numClasses, dropout);
    initConvolutions(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.fc;
  }

  /** (B, C, H, W) to the maps of the three stages, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const first = this.layer1.forward(convNorm(this.conv1, this.bn1, images).relu_());
      const second = this.layer2.forward(first);
      const third = this.layer3.forward(second);
      return { stages: [first, second, third], features: globalAvgPool(third) };
    });
  }
}
