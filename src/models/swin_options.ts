/**
 * The options of Swin Transformers.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";

/** What makes one Swin another. */
export interface SwinOptions extends BuildOptions {
  /** Channels of the first stage; every other has twice as many as the one before. */
  readonly dim: number;
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Attention heads in each stage. */
  readonly heads: readonly number[];
  /** The side of a window, of all stages or of each; 7 by default. */
  readonly window?: number | readonly number[];
  /**
   * The side of the images in pixels: windows are then no larger than the maps, as timm has them. Without it they are the same
   * for all images.
   */
  readonly imageSize?: number;
  /** Height and width of a patch in pixels; 4 by default. */
  readonly patchSize?: number;
  /** The hidden width of a block's MLP over its own; 4 by default. */
  readonly mlpRatio?: number;
  /** The version: 1 by default; 2 has norms after the branches, and cosine attention. */
  readonly version?: 1 | 2;
  /** The side of the windows that weights of version 2 were first trained with, in each stage; the window's own by default. */
  readonly trainedWindows?: readonly number[];
  /** Whether a map that windows do not tile is padded before it is shifted, as torchvision does; false by default. */
  readonly padsFirst?: boolean;
}
