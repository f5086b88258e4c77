/**
 * What makes one ConvNeXt another.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";

/** What a {@linkcode ConvNeXt} sees first: patches, or two 3x3 convolutions that overlap. */
export type ConvNeXtStem = "patch" | "overlap" | "overlapTiered" | "overlapAct";

/** What makes one ConvNeXt another. */
export interface ConvNeXtOptions extends BuildOptions {
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Height and width of the patches that the stem turns into pixels; 4 by default. */
  readonly patchSize?: number;
  /**
   * Patches by default. Two convolutions of stride 2 otherwise; the first with half the channels if they are tiered, or
   * with an activation after it.
   */
  readonly stem?: ConvNeXtStem;
  /**
   * The norm of every pixel: layer normalization by default; by the root of the mean square alone; or by the deviation
   * alone, which is timm's SimpleNorm.
   */
  readonly norm?: "layer" | "rms" | "simple";
  /** The number in the norms that keeps them from dividing by 0; 1e-6 by default. */
  readonly eps?: number;
  /** What the factors of a block's channels start as; 1e-6 by default, null for none. */
  readonly layerScale?: number | null;
  /** Whether weights of MLPs have the shapes of 1x1 convolutions; false by default. */
  readonly asConvolutions?: boolean;
  /** Whether MLPs have a global response normalization, as in V2; false by default. */
  readonly responseNorm?: boolean;
  /** Whether the last map is normed before it is pooled, not after; false by default. */
  readonly normFirst?: boolean;
  /** The width of a hidden layer before the classifier; none by default. */
  readonly headHidden?: number;
}
