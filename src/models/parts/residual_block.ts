/**
 * Residual blocks.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm, ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { Stage } from "./stage.ts";

/** Options of a residual block. */
export interface ResidualBlockOptions {
  /** The stride of the convolution that halves the map; 1 by default. */
  readonly stride?: number;
  /** Channels inside a bottleneck for every 64 of a basic block's; 64 by default. */
  readonly widthPerGroup?: number;
  /** The probability of leaving out the branch; 0 by default. */
  readonly dropPath?: number;
}

/** The shortcut: where shapes differ a projection, else what comes in. */
function projection(before: number, width: number, stride: number): ConvNormAct | undefined {
  return stride === 1 && before === width ? undefined : new ConvNormAct(before, width, { stride });
}

/** Two 3x3 convolutions (He et al. 2016, figure 5 left). */
export class BasicBlock extends nn.Module {
  /** Channels that come out, by `width`. */
  static readonly expansion: number = 1;
  /** The first convolution, which has the stride. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.BatchNorm2d;
  /** The second convolution. */
  readonly conv2: nn.Conv2d;
  /** The norm after it. */
  readonly bn2: nn.BatchNorm2d;
  /** The shortcut's projection, if it has one. */
  readonly downsample?: ConvNormAct;
  readonly #dropPath: DropPath;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride = 1, dropPath = 0 } = options;
    this.conv1 = new nn.Conv2d(before, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = new nn.Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(width);
    this.downsample = projection(before, width, stride);
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const inner = convNorm(this.conv1, this.bn1, x).relu_();
      const branch = this.#dropPath.forward(convNorm(this.conv2, this.bn2, inner));
      return branch.add_(this.downsample?.forward(x) ?? x).relu_();
    });
  }
}

/**
 * A 3x3 convolution between two of 1x1 (He et al. 2016, figure 5 right). The stride is the 3x3 convolution's, as
 * torchvision and timm have it; the paper's first 1x1 convolution had it.
 */
export class Bottleneck extends nn.Module {
  /** Channels that come out, by `width`. */
  static readonly expansion: number = 4;
  /** To few channels. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.BatchNorm2d;
  /** The 3x3 convolution. */
  readonly conv2: nn.Conv2d;
  /** The norm after it. */
  readonly bn2: nn.BatchNorm2d;
  /** Back to many channels. */
  readonly conv3: nn.Conv2d;
  /** The norm after it. */
  readonly bn3: nn.BatchNorm2d;
  /** The shortcut's projection, if it has one. */
  readonly downsample?: ConvNormAct;
  readonly #dropPath: DropPath;

  /** From `before` channels to 4 `width`. */
  constructor(before: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride = 1, dropPath = 0, widthPerGroup = 64 } = options;
    const inner = width * widthPerGroup / 64;
    const after = width * Bottleneck.expansion;
    this.conv1 = new nn.Conv2d(before, inner, 1, { bias: false });
    this.bn1 = new nn.BatchNorm2d(inner);
    this.conv2 = new nn.Conv2d(inner, inner, 3, { stride, padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(inner);
    this.conv3 = new nn.Conv2d(inner, after, 1, { bias: false });
    this.bn3 = new nn.BatchNorm2d(after);
    this.downsample = projection(before, after, stride);
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, 4 width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const narrow = convNorm(this.conv1, this.bn1, x).relu_();
      const inner = convNorm(this.conv2, this.bn2, narrow).relu_();
      const branch = this.#dropPath.forward(convNorm(this.conv3, this.bn3, inner));
      return branch.add_(this.downsample?.forward(x) ?? x).relu_();
    });
  }
}

/**
 * Stages of residual blocks for images that come with `before` channels. All but the first halve the map.
 *
 * @param widths The `width` of each stage's blocks; they give as many channels times their expansion.
 * @param rates The probability of leaving out the branch, for each block.
 */
export function residualStages(
  block: typeof BasicBlock | typeof Bottleneck,
  before: number,
  widths: readonly number[],
  depths: readonly number[],
  rates: readonly number[],
  widthPerGroup?: number,
): Stage[] {
  let made = 0;
  return widths.map((width, stage) => {
    const blocks = Array.from({ length: depths[stage] }, (_, i) => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const own = new block(before, width, { stride, widthPerGroup, dropPath: rates[made++] });
      before = width * block.expansion;
      return own;
    });
    return new Stage(...blocks);
  });
}
