/**
 * What CoAtNets and MaxViTs differ in.
 *
 * @module
 */

import type { Activation } from "./activation.ts";
import type { RelativeBiasKind } from "./relative_bias.ts";

/** How a map is halved: the mean of 2x2, or of 3x3, or the largest of 3x3. */
export type HalvingPool = "mean2" | "mean3" | "max3";

/** What makes one block of convolutions another. */
export interface MaxVitConvOptions {
  /** Whether the block is ConvNeXt's; else an inverted residual block. */
  readonly convnext: boolean;
  /** What follows the norms. */
  readonly activation: Activation;
  /** What is added to variances. */
  readonly eps: number;
  /** How the shortcut is halved. */
  readonly pool: HalvingPool;
  /** Whether the branch is halved by pooling; else by its depthwise convolution. */
  readonly poolsBranch: boolean;
  /** Whether the shortcut has a layer where the width stays the same, too. */
  readonly alwaysExpands: boolean;
  /** Whether convolutions are padded as TensorFlow pads. */
  readonly same: boolean;
  /** Whether the hidden width is 4 times the block's; else 4 times that of what comes in. */
  readonly expandsOutput: boolean;
  /** Whether an activation follows the first norm. */
  readonly activatesFirst: boolean;
  /** Whether the last convolution and that of the shortcut have biases. */
  readonly outputBias: boolean;
  /** Channels of squeeze and excitation over the block's, or over the hidden ones without `expandsOutput`. */
  readonly squeezeRatio: number;
  /** The activation of squeeze and excitation. */
  readonly squeezeActivation: Activation;
  /** Whether squeeze and excitation come before the second norm. */
  readonly squeezesEarly: boolean;
  /** What learned factors of ConvNeXt's branch start with; null for none. */
  readonly layerScale: number | null;
}

/** What makes one attention another. */
export interface MaxVitAttentionOptions {
  /** How the biases of relative positions are learned. */
  readonly bias: RelativeBiasKind;
  /** The hidden width of a network of distances. */
  readonly biasHidden: number;
  /** Whether queries, keys and values of a head lie side by side; else all queries come first. */
  readonly headFirst: boolean;
  /** Whether the attention of a block that makes its map wider has the larger width. */
  readonly expandsFirst: boolean;
  /** Whether the layer of the shortcut has biases. */
  readonly shortcutBias: boolean;
  /** How a map is halved. */
  readonly pool: HalvingPool;
  /** Whether norms are batch norms where attention is of the whole map. */
  readonly batchNorm: boolean;
  /** The activation of the MLPs. */
  readonly activation: Activation;
  /** What is added to variances. */
  readonly eps: number;
  /** What learned factors of the branches start with; null for none. */
  readonly layerScale: number | null;
  /** Whether attention is of the grid only, not of windows before. */
  readonly gridOnly: boolean;
  /** Whether scores are divided by the root of the whole width, not of a head's. */
  readonly scalesByWidth: boolean;
}

/** The convolutions of CoAtNet's paper, as timm reads it. */
export const MAXVIT_CONV: MaxVitConvOptions = {
  convnext: false,
  activation: "gelu",
  eps: 1e-5,
  pool: "mean2",
  poolsBranch: false,
  alwaysExpands: false,
  same: false,
  expandsOutput: true,
  activatesFirst: false,
  outputBias: true,
  squeezeRatio: 0.25,
  squeezeActivation: "silu",
  squeezesEarly: false,
  layerScale: null,
};

/** The attention of CoAtNet's paper, as timm reads it. */
export const MAXVIT_ATTENTION: MaxVitAttentionOptions = {
  bias: "table",
  biasHidden: 512,
  headFirst: true,
  expandsFirst: true,
  shortcutBias: true,
  pool: "mean2",
  batchNorm: false,
  activation: "gelu",
  eps: 1e-6,
  layerScale: null,
  gridOnly: false,
  scalesByWidth: false,
};
