/**
 * The blocks of RegNets.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { convBn, type ConvNormAct, type ConvNormActOptions } from "./conv_norm_act.ts";
import { roundToEven } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { SqueezeExcite } from "./squeeze_excite.ts";
import { Stage } from "./stage.ts";

/** What all blocks of a RegNet have in common. */
export interface RegNetStyle {
  /** What follows the norms; `"relu"` by default. */
  readonly activation?: Activation;
  /** The part of a block's input channels that its squeeze and excitation has; none by default. */
  readonly squeeze?: number;
  /** Where shapes differ: a 1x1 convolution, its input averaged first, or no shortcut; `"conv"` by default. */
  readonly shortcut?: "conv" | "average" | "none";
  /** Whether norms and activations come before convolutions; false by default. */
  readonly preActivation?: boolean;
  /** Whether nothing follows the sum; false by default. */
  readonly linear?: boolean;
  /** The norms, for so many channels; batch norms by default. */
  readonly norm?: (channels: number) => nn.Module;
}

/** One block. */
export interface RegNetBlockOptions extends RegNetStyle {
  /** Channels inside. */
  readonly inner: number;
  /** Groups of the 3x3 convolution. */
  readonly groups: number;
  /** The stride of the 3x3 convolution. */
  readonly stride: number;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/** Squeeze and excitation by a part of the input's channels. */
function squeezeOf(
  before: number,
  { inner, squeeze, activation = "relu" }: RegNetBlockOptions,
): SqueezeExcite | undefined {
  if (squeeze === undefined) return undefined;
  const few = roundToEven(before * squeeze);
  return new SqueezeExcite(inner, few, { activation, gate: "sigmoid" });
}

/** The shortcut: null if there is none, undefined for what comes in. */
function shortcutOf(
  before: number,
  width: number,
  { stride, shortcut = "conv", preActivation, norm }: RegNetBlockOptions,
): nn.Module | null | undefined {
  if (stride === 1 && before === width) return undefined;
  if (shortcut === "none") return null;
  const average = shortcut === "average";
  const own = average ? 1 : stride;
  const conv = preActivation
    ? new nn.Conv2d(before, width, 1, { stride: own, bias: false })
    : convBn(before, width, { stride: own, norm });
  if (!average) return conv;
  const pool = stride === 1
    ? new nn.Identity()
    : new nn.AvgPool2d(2, { stride, ceilMode: true, countIncludePad: false });
  return new Stage(pool, conv);
}

/**
 * A grouped 3x3 convolution between two of 1x1 (Radosavovic et al. 2020, figure 4), in Y after squeeze and excitation.
 * Keys as timm's: `conv1`, `conv2`, `se`, `conv3`, `downsample`.
 */
export class RegNetBlock extends nn.Module {
  /** The first 1x1 convolution. */
  readonly conv1: ConvNormAct;
  /** The 3x3 convolution. */
  readonly conv2: ConvNormAct;
  /** Squeeze and excitation, if there is some. */
  readonly se?: SqueezeExcite;
  /** The last 1x1 convolution. */
  readonly conv3: ConvNormAct;
  /** The shortcut's projection, if it has one; null where there is no shortcut. */
  readonly downsample?: nn.Module | null;
  readonly #dropPath: DropPath;
  readonly #activation?: Activation;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: RegNetBlockOptions) {
    super();
    const { inner, groups, stride, activation = "relu", norm, linear } = options;
    const own: ConvNormActOptions = { norm };
    this.conv1 = convBn(before, inner, { ...own, activation });
    this.conv2 = convBn(inner, inner, { ...own, activation, kernel: 3, stride, groups });
    this.se = squeezeOf(before, options);
    this.conv3 = convBn(inner, width, own);
    this.downsample = shortcutOf(before, width, options);
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath));
    this.#activation = linear ? undefined : activation;
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const inner = this.conv2.forward(this.conv1.forward(x));
      const branch = this.conv3.forward(this.se?.forward(inner) ?? inner);
      const sum = this.downsample === null
        ? branch
        : this.#dropPath.forward(branch).add_(this.downsample?.forward(x) ?? x);
      return this.#activation === undefined ? sum : activate_(sum, this.#activation);
    });
  }
}

/**
 * {@linkcode RegNetBlock} with norms and activations before the convolutions. Keys as timm's: `norm1`, `conv1`, `norm2`,
 * `conv2`, `se`, `norm3`, `conv3`, `downsample`.
 */
export class PreRegNetBlock extends nn.Module {
  /** The norm of what comes in. */
  readonly norm1: nn.Module;
  /** The first 1x1 convolution. */
  readonly conv1: nn.Conv2d;
  /** The norm before the 3x3 convolution. */
  readonly norm2: nn.Module;
  /** The 3x3 convolution. */
  readonly conv2: nn.Conv2d;
  /** Squeeze and excitation, if there is some. */
  readonly se?: SqueezeExcite;
  /** The norm before the last convolution. */
  readonly norm3: nn.Module;
  /** The last 1x1 convolution. */
  readonly conv3: nn.Conv2d;
  /** The shortcut's projection, if it has one; null where there is no shortcut. */
  readonly downsample?: nn.Module | null;
  readonly #dropPath: DropPath;
  readonly #activation: Activation;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: RegNetBlockOptions) {
    super();
    const { inner, groups, stride, activation = "relu" } = options;
    const norm = options.norm ?? ((channels: number) => new nn.BatchNorm2d(channels));
    this.norm1 = norm(before);
    this.conv1 = new nn.Conv2d(before, inner, 1, { bias: false });
    this.norm2 = norm(inner);
    this.conv2 = new nn.Conv2d(inner, inner, 3, { stride, padding: 1, groups, bias: false });
    this.se = squeezeOf(before, options);
    this.norm3 = norm(inner);
    this.conv3 = new nn.Conv2d(inner, width, 1, { bias: false });
    this.downsample = shortcutOf(before, width, options);
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath));
    this.#activation = activation;
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const normed = activate_(this.norm1.forward(x), this.#activation);
      const first = this.norm2.forward(this.conv1.forward(normed));
      const inner = this.conv2.forward(activate_(first, this.#activation));
      const second = this.norm3.forward(this.se?.forward(inner) ?? inner);
      const branch = this.conv3.forward(activate_(second, this.#activation));
      if (this.downsample === null) return branch;
      const shortcut = this.downsample?.forward(normed) ?? normed;
      return this.#dropPath.forward(branch).add_(shortcut);
    });
  }
}
