/**
 * What makes one network put together of blocks another.
 *
 * @module
 */

import type { BuildOptions } from "./entry.ts";
import type { ByobKind, ByobStyle } from "./parts/byob_blocks.ts";

/** One stage. */
export interface ByobStage {
  /** The order of the convolutions in its blocks; `"bottle"` by default. */
  readonly kind?: ByobKind;
  /** Blocks. */
  readonly depth: number;
  /** Channels that come out. */
  readonly width: number;
  /** The stride of the first block; 2 by default. */
  readonly stride?: 1 | 2;
  /** The inner width of a block, by the outer one; 1 by default. */
  readonly ratio?: number;
  /** Channels of each group of a 3x3 convolution; all by default. */
  readonly groupWidth?: number;
}

/** What makes one such network another. */
export interface ByobOptions extends BuildOptions, ByobStyle {
  /** Channels of the stem's 3x3 convolutions, the first of which halves the image. */
  readonly stem: readonly number[];
  /** How a stem of several convolutions halves the map once more: by a pool, or by the last convolution, as by default. */
  readonly stemPool?: "max" | "average";
  /** How many of the stem's first convolutions have neither norm nor activation; none by default. */
  readonly stemPlain?: number;
  /** The stages. */
  readonly stages: readonly ByobStage[];
  /** Channels of the convolution after the last stage; without one by default. */
  readonly headWidth?: number;
  /** Whether the last map is pooled by attention, as in CLIP, whose images have `imageSize` pixels; false by default. */
  readonly attends?: boolean;
}
