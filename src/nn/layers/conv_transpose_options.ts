/**
 * Options of transposed convolutions.
 *
 * @module
 */

import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";

/** Options of {@linkcode ConvTranspose1d}. */
export interface ConvTranspose1dOptions {
  /** The distance between inputs in the output; 1 by default. */
  stride?: number;
  /** How much is cut off at both ends; 0 by default. */
  padding?: number;
  /** How much is added at the right end; 0 by default. */
  outputPadding?: number;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /** The distance between kernel elements; 1 by default. */
  dilation?: number;
}

/** Options of {@linkcode ConvTranspose2d}. */
export interface ConvTranspose2dOptions {
  /** The distance between inputs in the output; 1 by default. */
  stride?: Pair;
  /** How much is cut off on all sides; 0 by default. */
  padding?: Pair;
  /** How much is added on one side; 0 by default. */
  outputPadding?: Pair;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /** The distance between kernel elements; 1 by default. */
  dilation?: Pair;
}

/** Options of {@linkcode ConvTranspose3d}. */
export interface ConvTranspose3dOptions {
  /** The distance between inputs in the output; 1 by default. */
  stride?: Triple;
  /** How much is cut off on all sides; 0 by default. */
  padding?: Triple;
  /** How much is added on one side; 0 by default. */
  outputPadding?: Triple;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /** The distance between kernel elements; 1 by default. */
  dilation?: Triple;
}
