/**
 * The options of CoAtNet and MaxViT.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";
import type { MaxVitAttentionOptions, MaxVitConvOptions } from "./parts/maxvit_options.ts";

/** What makes one CoAtNet or MaxViT another. */
export interface MaxVitOptions extends BuildOptions {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /**
   * The blocks of each stage, the last letter for all that follow: `"C"` of convolutions, `"T"` with attention of the whole map,
   * `"M"` with convolutions and attention of windows and of the grid, `"P"` with both at once.
   */
  readonly blocks: readonly string[];
  /** Channels of the two convolutions that come first. */
  readonly stem: readonly [number, number];
  /** Whether each of those has biases; neither by default. */
  readonly stemBias?: readonly [boolean, boolean];
  /** The blocks of convolutions, where they are not as in CoAtNet's paper. */
  readonly conv?: Partial<MaxVitConvOptions>;
  /** The attention, where it is not as in CoAtNet's paper. */
  readonly attention?: Partial<MaxVitAttentionOptions>;
  /** The width of a hidden layer before the classifier; there is none by default. */
  readonly headHidden?: number;
  /** Whether the classifier has biases; true by default. */
  readonly headBias?: boolean;
}
