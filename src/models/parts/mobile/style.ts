/**
 * What the blocks of a mobile network have in common.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import type { Activation } from "../activation.ts";
import { DropPath } from "../drop_path.ts";
import { MixedConv2d } from "../mixed_conv.ts";
import { roundToEven } from "../divisible.ts";
import { SameConv2d } from "../same_conv.ts";
import type { Antialias } from "./halve.ts";
import type { Kernel } from "./rows.ts";

/** How blocks squeeze and excite. */
export interface SqueezeStyle {
  /** Whether the share is of the channels that come into a block, or of its wider middle. */
  readonly of: "input" | "middle";
  /** What follows the excitation. */
  readonly gate: Activation;
  /** What follows the squeeze; the block's activation by default. */
  readonly activation?: Activation;
  /** Whether what is squeezed is not the mean of all places, but what attention finds; false by default. */
  readonly attends?: boolean;
  /** Makes a number of channels whole. */
  readonly round: (channels: number) => number;
}

/** What the blocks of a mobile network have in common. */
export interface MobileStyle {
  /** What follows the norms, where a row says nothing else. */
  readonly activation: Activation;
  /** Options of the norms. */
  readonly norm: nn.BatchNormOptions;
  /** Padding the same on all sides, or as TensorFlow's, which depends on the image. */
  readonly padding: "symmetric" | "tensorflow";
  /** How blocks squeeze and excite, if they do. */
  readonly squeeze: SqueezeStyle;
  /** How maps are halved; null: by strides. */
  readonly antialias: Antialias | null;
  /** The first value of the scales of universal blocks and attention; null for no scales. */
  readonly layerScale: number | null;
  /** Channels of a group of middle convolutions; null: one each in depthwise convolutions, all in others. */
  readonly groupSize: number | null;
  /** What leaves out branches with a probability. */
  readonly leaveOut: (probability: number) => nn.Module;
}

/** A convolution without bias that keeps the size but for the stride; `groups` is how many groups of channels there are. */
export function convOf(
  { padding }: Pick<MobileStyle, "padding">,
  before: number,
  width: number,
  kernel: Kernel,
  options: { stride?: number; groups?: number } = {},
): nn.Module {
  if (typeof kernel !== "number") {
    const depthwise = options.groups === before;
    return new MixedConv2d(
      before,
      width,
      kernel,
      (part, partWidth, one) =>
        convOf({ padding }, part, partWidth, one, {
          ...options,
          groups: depthwise ? part : options.groups,
        }),
    );
  }
  if (padding === "tensorflow") return new SameConv2d(before, width, kernel, options);
  return new nn.Conv2d(before, width, kernel, {
    ...options,
    padding: Math.floor((kernel - 1) / 2),
    bias: false,
  });
}

/** A style with what is absent as most networks have it: ReLU, strides, squeezes of what comes in by a logistic gate. */
export function styleOf(style: Partial<MobileStyle>): MobileStyle {
  return {
    activation: style.activation ?? "relu",
    norm: style.norm ?? {},
    padding: style.padding ?? "symmetric",
    squeeze: style.squeeze ?? { of: "input", gate: "sigmoid", round: roundToEven },
    antialias: style.antialias ?? null,
    layerScale: style.layerScale ?? null,
    groupSize: style.groupSize ?? null,
    leaveOut: style.leaveOut ?? ((p) => new DropPath(p)),
  };
}
