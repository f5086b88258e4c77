/**
 * The blocks of networks without norms.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { EfficientChannelAttention } from "./efficient_channel_attention.ts";
import { type NormFreeActivation, scaledActivation } from "./norm_free_activation.ts";
import { ScaledStdConv2d, type ScaledStdConvOptions } from "./scaled_std_conv.ts";
import { squeezedWidth, SqueezeExcite } from "./squeeze_excite.ts";

/** By how much attention halves what goes through (Brock et al. 2021b, appendix A). */
const attentionGain = 2;

/** What the blocks of a network share. */
export interface NormFreeStyle {
  /** By how much the branch of a block is scaled, α. */
  readonly alpha: number;
  /** The activation. */
  readonly activation: NormFreeActivation;
  /** Whether activations make their shrinking good by themselves, and convolutions do not. */
  readonly gammaInActivation: boolean;
  /** Whether convolutions are padded as TensorFlow pads. */
  readonly same: boolean;
  /** Channels of a group of the 3x3 convolutions; all in one group if absent. */
  readonly groupSize?: number;
  /** Channels inside a block by those outside. */
  readonly ratio: number;
  /** Whether there are two 3x3 convolutions. */
  readonly extraConv: boolean;
  /** Whether widths inside follow from what comes in, and attention is inside, as in RegNet. */
  readonly regnet: boolean;
  /** Whether a learned factor of the branch starts at 0. */
  readonly skipInit: boolean;
  /** Attention of channels: none, or that of ECA-Net, or squeeze and excitation with this part of the channels. */
  readonly attention?: "eca" | number;
}

/** How a block of a network's style differs from others. */
export interface NormFreeBlockOptions {
  /** The stride. */
  readonly stride: number;
  /** The deviation of what comes in, by which it is divided: 1 / β. */
  readonly deviation: number;
  /** Channels inside by those outside, where not the style's. */
  readonly ratio?: number;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/** A convolution of a style's networks. */
export function normFreeConv(
  { activation, gammaInActivation, same }: NormFreeStyle,
  [before, width, kernel]: readonly [number, number, number],
  options: ScaledStdConvOptions = {},
): ScaledStdConv2d {
  const gamma = gammaInActivation ? 1 : activation.gamma;
  return new ScaledStdConv2d(before, width, kernel, { gamma, same, ...options });
}

/** timm's attention of channels for a style; undefined if it has none. */
function attentionOf({ attention }: NormFreeStyle, channels: number): nn.Module | undefined {
  if (attention === undefined) return undefined;
  if (attention === "eca") return new EfficientChannelAttention(channels);
  const squeezed = squeezedWidth(channels, attention);
  return new SqueezeExcite(channels, squeezed, { activation: "relu", gate: "sigmoid" });
}

/** The shortcut of a block that changes shapes: a mean of places, a convolution. Keys: `conv`. */
class Shortcut extends nn.Module {
  readonly conv: ScaledStdConv2d;
  readonly #stride: number;

  constructor(conv: ScaledStdConv2d, stride: number) {
    super();
    this.conv = conv;
    this.#stride = stride;
  }

  override forward(x: Tensor): Tensor {
    const stride = this.#stride;
    if (stride === 1) return this.conv.forward(x);
    return torch.scope(() => this.conv.forward(torch.avgPool2d(x, 2, stride, 0, true, false)));
  }
}

/**
 * x + α f(x / β), with a bottleneck f of activations and convolutions (Brock et al. 2021a, equation 1; 2021b, figure 5).
 * Keys as timm's: `downsample.conv`, `conv1`, `conv2`, `conv2b`, `attn`, `conv3`, `attn_last`, `skipinit_gain`.
 */
export class NormFreeBlock extends nn.Module {
  readonly #style: NormFreeStyle;
  readonly #deviation: number;
  readonly #shortcut?: Shortcut;
  readonly #narrow: ScaledStdConv2d;
  readonly #inner: readonly ScaledStdConv2d[];
  readonly #innerAttention?: nn.Module;
  readonly #widen: ScaledStdConv2d;
  readonly #lastAttention?: nn.Module;
  readonly #skip: Tensor | null;
  readonly #dropPath: DropPath;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, style: NormFreeStyle, options: NormFreeBlockOptions) {
    super();
    const { stride, deviation, ratio = style.ratio, dropPath } = options;
    const { regnet, groupSize, extraConv, skipInit } = style;
    const fitting = makeDivisible((regnet ? before : width) * ratio);
    const groups = groupSize === undefined ? 1 : Math.floor(fitting / groupSize);
    const middle = groupSize === undefined ? fitting : groups * groupSize;
    const conv = (
      name: string,
      shape: readonly [number, number, number],
      more: ScaledStdConvOptions = {},
    ) => this.registerModule(name, normFreeConv(style, shape, more));
    this.#style = style;
    this.#deviation = deviation;
    if (stride > 1 || before !== width) {
      const own = new Shortcut(normFreeConv(style, [before, width, 1]), stride);
      this.#shortcut = this.registerModule("downsample", own);
    }
    this.#narrow = conv("conv1", [before, middle, 1]);
    this.#inner = [
      conv("conv2", [middle, middle, 3], { stride, groups }),
      ...(extraConv ? [conv("conv2b", [middle, middle, 3], { groups })] : []),
    ];
    const attention = attentionOf(style, regnet ? middle : width);
    if (regnet && attention) this.#innerAttention = this.registerModule("attn", attention);
    this.#widen = conv("conv3", [middle, width, 1], { gain: skipInit ? 1 : 0 });
    if (!regnet && attention) this.#lastAttention = this.registerModule("attn_last", attention);
    this.#skip = skipInit ? this.registerParameter("skipinit_gain", torch.zeros([])) : null;
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const activated = scaledActivation(x, this.#style, { factor: 1 / this.#deviation });
      const shortcut = this.#shortcut?.forward(activated) ?? x;
      let branch = this.#narrow.forward(activated);
      activated.dispose();
      for (const conv of this.#inner) branch = this.#through(conv, branch);
      if (this.#innerAttention) {
        const seen = this.#innerAttention.forward(branch).mul_(attentionGain);
        branch.dispose();
        branch = seen;
      }
      branch = this.#through(this.#widen, branch);
      const seen = this.#lastAttention?.forward(branch) ?? branch;
      const dropped = this.#dropPath.forward(seen);
      const scaled = this.#skip === null ? dropped : dropped.mul(this.#skip);
      const alpha = this.#style.alpha * (this.#lastAttention ? attentionGain : 1);
      return shortcut.add(scaled, { alpha });
    });
  }

  /** The activation and a convolution; what comes in is freed. */
  #through(conv: ScaledStdConv2d, x: Tensor): Tensor {
    const activated = scaledActivation(x, this.#style, { overwrites: true });
    const map = conv.forward(activated);
    if (activated !== x) activated.dispose();
    x.dispose();
    return map;
  }
}
