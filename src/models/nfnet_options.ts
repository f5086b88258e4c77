/**
 * What makes one network without norms another.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";

/** What makes one network without norms another. */
export interface NfNetOptions extends BuildOptions {
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage, before they are scaled. */
  readonly dims: readonly number[];
  /** By how much all widths grow; 1 by default. They are multiples of 8 then. */
  readonly widthFactor?: number;
  /** Four 3x3 convolutions, one of 7x7 and pooling, or one of 3x3. */
  readonly stem: "quad" | "pooled" | "plain";
  /** Channels that the stem ends with, before they are scaled; those of the first stage by default. */
  readonly stemDim?: number;
  /** Channels of a last 1x1 convolution, before they are scaled; none by default. */
  readonly lastDim?: number;
  /** Channels inside a block by those outside. */
  readonly ratio: number;
  /** Channels of a group of the 3x3 convolutions; all in one group by default. */
  readonly groupSize?: number;
  /** The activation. */
  readonly activation: "relu" | "silu" | "gelu";
  /** Attention of channels: ECA-Net's, or squeeze and excitation with this part of the channels; none by default. */
  readonly attention?: "eca" | number;
  /** Whether blocks have two 3x3 convolutions; false by default. */
  readonly extraConv?: boolean;
  /** Whether widths inside a block follow from what comes in, and attention is inside; false by default. */
  readonly regnet?: boolean;
  /**
   * Whether the network is DeepMind's: activations rather than convolutions make up for their shrinking, maps are padded
   * as TensorFlow pads, and a learned factor of each branch starts at 0. False by default.
   */
  readonly deepMind?: boolean;
}
