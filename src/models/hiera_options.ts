/**
 * The options of Hiera.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";

/** What makes one Hiera another. */
export interface HieraOptions extends BuildOptions {
  /** The width of the first stage's tokens; every other has twice as much as the one before. */
  readonly dim: number;
  /** The attention heads of the first stage; every other has twice as many. */
  readonly heads: number;
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** The hidden width of the MLPs over that of the tokens; 4 by default. */
  readonly mlpRatio?: number;
  /**
   * The side of a position embedding of the whole image that is resized to it, beside which every unit of 8x8 tokens has the same
   * one (Bolya et al. 2023); by default every token has a position of its own.
   */
  readonly globalPositions?: number;
  /** Whether tokens that become wider do so by a layer; true by default. */
  readonly expands?: boolean;
  /** What learned factors of the branches start with; there are none by default. */
  readonly layerScale?: number;
}
