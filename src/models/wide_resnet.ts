/**
 * Wide residual networks for CIFAR.
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
import { classifierHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { DropPath } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { checkCounts, checkParameterCount } from "./parts/size_checks.ts";
import { Stage } from "./parts/stage.ts";

const SLOPE = 0.1;
const norm: nn.BatchNormOptions = { momentum: 0.001 };

/** Norm and leaky ReLU before each of two 3x3 convolutions (Zagoruyko and Komodakis 2016, figure 1c). */
class WideBlock extends nn.Module {
  readonly bn1: nn.BatchNorm2d;
  readonly conv1: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly convShortcut?: nn.Conv2d;
  readonly #dropPath: DropPath;
  readonly #activatesShortcut: boolean;

  constructor(
    before: number,
    width: number,
    options: { stride: number; dropPath: number; activatesShortcut: boolean },
  ) {
    super();
    const { stride, dropPath, activatesShortcut } = options;
    this.bn1 = new nn.BatchNorm2d(before, norm);
    this.conv1 = new nn.Conv2d(before, width, 3, { stride, padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(width, norm);
    this.conv2 = new nn.Conv2d(width, width, 3, { padding: 1, bias: false });
    if (stride !== 1 || before !== width) {
      this.convShortcut = new nn.Conv2d(before, width, 1, { stride, bias: false });
    }
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
    this.#activatesShortcut = activatesShortcut;
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const active = this.bn1.forward(x).leakyRelu_(SLOPE);
      const inner = convNorm(this.conv1, this.bn2, active).leakyRelu_(SLOPE);
      const branch = this.#dropPath.forward(this.conv2.forward(inner));
      const direct = this.#activatesShortcut ? active : x;
      return branch.add_(this.convShortcut?.forward(direct) ?? direct);
    });
  }
}

/** A group of blocks of one width. Keys: `layer.0.…`, `layer.1.…`, … */
class Group extends nn.Module {
  readonly layer: Stage;

  constructor(blocks: readonly nn.Module[]) {
    super();
    this.layer = new Stage(...blocks);
  }

  override forward(x: Tensor): Tensor {
    return this.layer.forward(x);
  }
}

/** What makes one wide residual network another. */
export interface WideResNetOptions extends BuildOptions {
  /** The number of layers: 6n + 4. */
  readonly depth: number;
  /** By how much the groups are wider than 16, 32 and 64 channels: k of table 1. */
  readonly widen: number;
}

/**
 * A wide residual network for images of 32 pixels (Zagoruyko and Komodakis, Wide residual networks, 2016, table 1) as
 * the semi-supervised literature has it (Oliver et al., Realistic evaluation of deep semi-supervised learning
 * algorithms, 2018; Berthelot et al., MixMatch, 2019): leaky ReLU of slope 0.1, norms of momentum 0.001, and a first
 * block whose shortcut too is normed and activated. Parameters have the names that PyTorch versions of the paper and
 * of MixMatch share. Its stages are the three groups, before the last norm.
 */
export class WideResNet extends Backbone {
  /** The first convolution. */
  readonly conv1: nn.Conv2d;
  /** conv2 of the paper. */
  readonly block1: nn.Module;
  /** conv3 of the paper. */
  readonly block2: nn.Module;
  /** conv4 of the paper. */
  readonly block3: nn.Module;
  /** The last norm. */
  readonly bn1: nn.BatchNorm2d;
  /** The classifier. */
  readonly fc: nn.Module;
  /** Channels of the three groups. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = [1, 2, 4];
  /** Channels of the last group. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: WideResNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("WideResNet", options);
    const { depth, widen } = options;
    checkCounts("WideResNet", { depth, widen });
    const perGroup = (depth - 4) / 6;
    if (!Number.isInteger(perGroup) || perGroup < 1) {
      throw new ArgumentError(
        `WideResNet: depth must be 6n + 4 for an n of at least 1, such as 28, got ${depth}.`,
      );
    }
    checkParameterCount(
      "WideResNet",
      perGroup * 2 * 9 * (16 ** 2 + 32 ** 2 + 64 ** 2) * widen ** 2 +
        64 * widen * numClasses + 9 * 16 * inChannels,
      { depth, widen, inChannels, numClasses },
    );
    const widths = [16, 32, 64].map((width) => width * widen);
    let before = 16;
    let made = 0;
    const group = (width: number, stride: number): Group =>
      new Group(Array.from({ length: perGroup }, (_, i) => {
        const block = new WideBlock(before, width, {
          stride: i === 0 ? stride : 1,
          dropPath: dropPath * made / (3 * perGroup - 1),
          activatesShortcut: made++ === 0,
        });
        before = width;
        return block;
      }));
    this.conv1 = new nn.Conv2d(inChannels, before, 3, { padding: 1, bias: false });
    this.block1 = group(widths[0], 1);
    this.block2 = group(widths[1], 2);
    this.block3 = group(widths[2], 2);
    this.bn1 = new nn.BatchNorm2d(widths[2], norm);
    this.fc = classifierHead(widths[2], numClasses, dropout);
    this.stageDims = widths;
    this.featureDim = widths[2];
    this.numClasses = numClasses;
    initConvolutions(this);
    if (this.fc instanceof nn.Linear) {
      nn.init.xavierNormal_(this.fc.weight);
      nn.init.zeros_(this.fc.bias!);
    }
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.fc;
  }

  /** (B, C, H, W) to the maps of the three groups, and the mean of the last, normed and activated. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const first = this.block1.forward(this.conv1.forward(images));
      const second = this.block2.forward(first);
      const third = this.block3.forward(second);
      const features = globalAvgPool(this.bn1.forward(third).leakyRelu_(SLOPE));
      return { stages: [first, second, third], features };
    });
  }
}
