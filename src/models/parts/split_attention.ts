/**
 * The blocks of ResNeSt.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm } from "./conv_norm_act.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import {
  batchNorm,
  bottleneckWidth,
  conv3x3,
  projection,
  type ResidualBlockOptions,
  residualSum,
} from "./residual_block.ts";
import type { Stage } from "./stage.ts";

/**
 * A 3x3 convolution to several maps, and their sum by weights that the image as a whole decides, channel by channel
 * (Zhang et al., ResNeSt: Split-attention networks, 2022, figure 2 and equations 2 and 3). Keys as timm's: `conv`,
 * `bn0`, `fc1`, `bn1`, `fc2`.
 */
class SplitAttention extends nn.Module {
  readonly conv: nn.Conv2d;
  readonly bn0: nn.Module;
  readonly fc1: nn.Conv2d;
  readonly bn1: nn.Module;
  readonly fc2: nn.Conv2d;
  readonly #radix: number;
  readonly #groups: number;

  constructor(
    width: number,
    { radix, groups, stride }: { radix: number; groups: number; stride: number },
  ) {
    super();
    this.#radix = radix;
    this.#groups = groups;
    const few = Math.max(32, makeDivisible(width * radix / 4));
    this.conv = conv3x3(width, width * radix, { stride, groups: groups * radix });
    this.bn0 = batchNorm(width * radix);
    this.fc1 = new nn.Conv2d(width, few, 1, { groups });
    this.bn1 = batchNorm(few);
    this.fc2 = new nn.Conv2d(few, width * radix, 1, { groups });
  }

  /** The weights, (B, radix, C, 1, 1), of maps whose sum is `whole`. */
  #weights(whole: Tensor): Tensor {
    const mean = torch.adaptiveAvgPool2d(whole, [1, 1]);
    const squeezed = this.bn1.forward(this.fc1.forward(mean)).relu_();
    const scores = this.fc2.forward(squeezed);
    const [batch, channels] = scores.shape;
    const radix = this.#radix;
    if (radix === 1) return scores.sigmoid_();
    return scores.reshape(batch, this.#groups, radix, -1).transpose(1, 2).softmax(1)
      .reshape(batch, radix, channels / radix, 1, 1);
  }

  override forward(x: Tensor): Tensor {
    const maps = convNorm(this.conv, this.bn0, x).relu_();
    if (this.#radix === 1) return maps.mul(this.#weights(maps));
    const split = maps.unflatten(1, [this.#radix, -1]);
    return split.mul(this.#weights(split.sum(1))).sum(1);
  }
}

/**
 * A bottleneck with {@linkcode SplitAttention} in the middle; the map is halved by its mean (Zhang et al. 2022, section
 * 4.1). Stochastic depth leaves out the branch; timm's takes the images off the projection's input.
 */
export class ResNeStBottleneck extends nn.Module {
  /** Channels that come out, by `width`. */
  static readonly expansion: number = 4;
  /** To few channels. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly bn1: nn.Module;
  /** The attention over parts. */
  readonly conv2: SplitAttention;
  /** Back to many channels. */
  readonly conv3: nn.Conv2d;
  /** The norm after it. */
  readonly bn3: nn.Module;
  /** The shortcut's projection, if it has one. */
  readonly downsample?: Stage;
  readonly #dropPath: DropPath;
  readonly #halve?: nn.AvgPool2d;
  readonly #averageFirst: boolean;

  /** From `before` channels to 4 `width`. */
  constructor(before: number, width: number, options: ResidualBlockOptions = {}) {
    super();
    const after = width * ResNeStBottleneck.expansion;
    const { stride = 1, groups = 1, radix = 2, averageFirst = false } = options;
    const inner = bottleneckWidth(width, options);
    this.conv1 = new nn.Conv2d(before, inner, 1, { bias: false });
    this.bn1 = batchNorm(inner);
    this.conv2 = new SplitAttention(inner, { radix, groups, stride: 1 });
    this.conv3 = new nn.Conv2d(inner, after, 1, { bias: false });
    this.bn3 = batchNorm(after);
    this.downsample = projection(before, after, options);
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath ?? 0));
    this.#averageFirst = averageFirst;
    if (stride > 1) this.#halve = new nn.AvgPool2d(3, { stride, padding: 1 });
  }

  /** (B, before, H, W) to (B, 4 width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const halve = (map: Tensor) => this.#halve?.forward(map) ?? map;
      const narrow = convNorm(this.conv1, this.bn1, x).relu_();
      const inner = this.#averageFirst
        ? this.conv2.forward(halve(narrow))
        : halve(this.conv2.forward(narrow));
      const branch = convNorm(this.conv3, this.bn3, inner);
      return residualSum(x, branch, this, this.#dropPath);
    });
  }
}
