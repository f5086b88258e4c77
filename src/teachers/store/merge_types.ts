/**
 * What joining stores takes and gives.
 *
 * @module
 */

import type { StoreListing } from "./types.ts";

/** Options of `mergeStores`. */
export interface MergeOptions {
  /**
   * How far two stores may be apart in the same rows, as a share of the largest number of a shard; 0 by default: their numbers are the same.
   * Cards and processors of other kinds differ by their rounding, about 0.001 in float16. The first store's are kept.
   */
  tolerance?: number;
  /**
   * Whether a store that has part of what a teacher says, and another that has part of what a teacher of the same name says about
   * other pixels or with other weights, are joined nevertheless; false by default: such parts never make a whole.
   */
  others?: boolean;
  /** Ends the work between two shards: its reason is thrown. What was joined stays, and the same call goes on. */
  signal?: AbortSignal;
  /** Called after every shard that was read or copied, with how many are done and of how many. */
  onProgress?: (done: number, total: number) => void;
}

/** What joining stores did. */
export interface Merged {
  /** How many shards were copied. */
  readonly copied: number;
  /** The bytes of these. */
  readonly bytes: number;
  /** How many shards several stores had, with the same numbers. */
  readonly same: number;
  /** What the joined store has now of the entries that came together. */
  readonly entries: readonly StoreListing[];
}
