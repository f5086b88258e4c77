/**
 * Residual blocks.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { Stage } from "./stage.ts";

/** Makes a layer for a map of so many channels. */
export type ForChannels = (channels: number) => nn.Module;

/** What all blocks of a network have in common. */
export interface ResidualStyle {
  /** Channels inside a bottleneck for every 64 of a basic block's, in each group; 64 by default. */
  readonly widthPerGroup?: number;
  /** Into how many groups a bottleneck's 3x3 convolution splits channels; 1 by default. */
  readonly groups?: number;
  /** By how much the first convolution is narrower than the second; 1 by default. */
  readonly reduceFirst?: number;
  /** Whether the shortcut is averaged before its projection, which then has no stride; false by default. */
  readonly averageDown?: boolean;
  /** Height and width of the kernel of a projection that halves the map; 1 by default. */
  readonly downKernel?: number;
  /** The norms; batch norms by default. */
  readonly norm?: ForChannels;
  /** The attention of channels at the branch's end; none by default. */
  readonly attention?: ForChannels;
  /** What halves the map after the activation, instead of a convolution's stride; nothing by default. */
  readonly antiAlias?: ForChannels;
  /** Into how many parts ResNeSt splits a map; no parts by default. */
  readonly radix?: number;
  /** Whether ResNeSt averages before the 3x3 convolution, not after it; false by default. */
  readonly averageFirst?: boolean;
}

/** Options of a residual block. */
export interface ResidualBlockOptions extends ResidualStyle {
  /** The stride of what halves the map; 1 by default. */
  readonly stride?: number;
  /** The probability of leaving out the branch; 0 by default. */
  readonly dropPath?: number;
}

/** The end of a residual block: attention of channels, stochastic depth, the sum with the shortcut, and ReLU. */
export function residualSum(
  x: Tensor,
  branch: Tensor,
  { se, downsample }: { readonly se?: nn.Module; readonly downsample?: Stage },
  dropPath: DropPath,
): Tensor {
  const kept = dropPath.forward(se?.forward(branch) ?? branch);
  return kept.add_(downsample?.forward(x) ?? x).relu_();
}

/** The shortcut: where shapes differ a projection, else nothing. */
export function projection(
  before: number,
  after: number,
  options: ResidualBlockOptions,
): Stage | undefined {
  const { stride = 1, averageDown = false, downKernel = 1, norm = batchNorm } = options;
  if (stride === 1 && before === after) return undefined;
  const normed = norm(after);
  if (averageDown) {
    const pool = stride === 1
      ? new nn.Identity()
      : new nn.AvgPool2d(2, { stride, ceilMode: true, countIncludePad: false });
    return new Stage(pool, new nn.Conv2d(before, after, 1, { bias: false }), normed);
  }
  const kernel = stride === 1 ? 1 : downKernel;
  const padding = (kernel - 1) / 2;
  return new Stage(
    new nn.Conv2d(before, after, kernel, { stride, padding, bias: false }),
    normed,
  );
}

/** The norm that there is without another. */
export const batchNorm: ForChannels = (channels) => new nn.BatchNorm2d(channels);

/** How many channels the middle of a bottleneck has. */
export function bottleneckWidth(width: number, { widthPerGroup = 64, groups = 1 }: ResidualStyle) {
  return Math.floor(width * widthPerGroup / 64) * groups;
}

/** Two 3x3 convolutions (He et al. 2016, figure 5 left). */
export class BasicBlock extends nn.Module {
  /** Channels that come out, by `width`. */
  static readonly expansion: number = 1;
  /** The first convolution, which has the stride. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.Module;
  /** The second convolution. */
  readonly conv2: nn.Conv2d;
  /** The norm after it. */
  readonly bn2: nn.Module;
  /** The attention of channels, if there is one. */
  readonly se?: nn.Module;
  /** The shortcut's projection, if it has one. */
  readonly downsample?: Stage;
  readonly #dropPath: DropPath;
  readonly #halve?: nn.Module;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride = 1, norm = batchNorm, reduceFirst = 1 } = options;
    const inner = Math.floor(width / reduceFirst);
    if (stride > 1 && options.antiAlias !== undefined) {
      this.#halve = this.registerModule("aa", options.antiAlias(inner));
    }
    this.conv1 = conv3x3(before, inner, { stride: this.#halve ? 1 : stride });
    this.bn1 = norm(inner);
    this.conv2 = conv3x3(inner, width);
    this.bn2 = norm(width);
    this.se = options.attention?.(width);
    this.downsample = projection(before, width, options);
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath ?? 0));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const inner = convNorm(this.conv1, this.bn1, x).relu_();
      const halved = this.#halve?.forward(inner) ?? inner;
      const branch = convNorm(this.conv2, this.bn2, halved);
      return residualSum(x, branch, this, this.#dropPath);
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
  readonly bn1: nn.Module;
  /** The 3x3 convolution. */
  readonly conv2: nn.Conv2d;
  /** The norm after it. */
  readonly bn2: nn.Module;
  /** Back to many channels. */
  readonly conv3: nn.Conv2d;
  /** The norm after it. */
  readonly bn3: nn.Module;
  /** The attention of channels, if there is one. */
  readonly se?: nn.Module;
  /** The shortcut's projection, if it has one. */
  readonly downsample?: Stage;
  readonly #dropPath: DropPath;
  readonly #halve?: nn.Module;

  /** From `before` channels to 4 `width`. */
  constructor(before: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const after = width * Bottleneck.expansion;
    const { stride = 1, norm = batchNorm, reduceFirst = 1, groups = 1 } = options;
    const inner = bottleneckWidth(width, options);
    const first = Math.floor(inner / reduceFirst);
    if (stride > 1 && options.antiAlias !== undefined) {
      this.#halve = this.registerModule("aa", options.antiAlias(inner));
    }
    this.conv1 = new nn.Conv2d(before, first, 1, { bias: false });
    this.bn1 = norm(first);
    this.conv2 = conv3x3(first, inner, { stride: this.#halve ? 1 : stride, groups });
    this.bn2 = norm(inner);
    this.conv3 = new nn.Conv2d(inner, after, 1, { bias: false });
    this.bn3 = norm(after);
    this.se = options.attention?.(after);
    this.downsample = projection(before, after, options);
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath ?? 0));
  }

  /** (B, before, H, W) to (B, 4 width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const narrow = convNorm(this.conv1, this.bn1, x).relu_();
      const inner = convNorm(this.conv2, this.bn2, narrow).relu_();
      const halved = this.#halve?.forward(inner) ?? inner;
      const branch = convNorm(this.conv3, this.bn3, halved);
      return residualSum(x, branch, this, this.#dropPath);
    });
  }
}

/** A 3x3 convolution without bias that keeps the size but for the stride. */
export function conv3x3(before: number, width: number, options: nn.Conv2dOptions = {}): nn.Conv2d {
  return new nn.Conv2d(before, width, 3, { padding: 1, bias: false, ...options });
}
