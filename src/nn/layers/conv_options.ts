/**
 * Options of convolutions.
 *
 * @module
 */

import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";

/** What is put around the input of a convolution. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** Options of {@linkcode Conv1d}. */
export interface Conv1dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: number;
  /**
   * How much is added at both ends; 0 by default. `"valid"` adds nothing; `"same"` keeps the length (stride 1
   * only), with one more at the right where the number is odd.
   */
  padding?: number | "same" | "valid";
  /** What is added: `"zeros"` by default, or the input mirrored, its edge repeated, or its other end. */
  paddingMode?: PaddingMode;
  /** The distance between kernel elements; 1 by default. */
  dilation?: number;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/** Options of {@linkcode Conv2d}. */
export interface Conv2dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: Pair;
  /**
   * How much is added on all sides; 0 by default. `"valid"` adds nothing; `"same"` keeps the size (stride 1 only),
   * with one more at the right and the bottom where the number is odd.
   */
  padding?: Pair | "same" | "valid";
  /** What is added: `"zeros"` by default, or the input mirrored, its edge repeated, or its other side. */
  paddingMode?: PaddingMode;
  /** The distance between kernel elements; 1 by default. */
  dilation?: Pair;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/** Options of {@linkcode Conv3d}. */
export interface Conv3dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: Triple;
  /**
   * How much is added on all sides; 0 by default. `"valid"` adds nothing; `"same"` keeps the size (stride 1 only),
   * with one more at the far ends where the number is odd.
   */
  padding?: Triple | "same" | "valid";
  /** What is added: `"zeros"` by default, or the input mirrored, its edge repeated, or its other side. */
  paddingMode?: PaddingMode;
  /** The distance between kernel elements; 1 by default. */
  dilation?: Triple;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}
