/**
 * What makes one EdgeNeXt another.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";

/** What makes one EdgeNeXt another. */
export interface EdgeNeXtOptions extends BuildOptions {
  /** Blocks in each of the four stages. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Heads of the attention between channels. */
  readonly heads: number;
  /**
   * Whether the stem's patches overlap, the first block of a stage halves the map, and convolutions have no biases, as in
   * timm's own variant; false by default.
   */
  readonly overlapping?: boolean;
}
