/**
 * What max and average pooling have in common.
 *
 * @module
 */

/** Options of max and average pooling. */
export interface PoolOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | readonly number[] | null;
  /** What is added on all sides, at most half of the kernel's size; 0 by default. */
  padding?: number | readonly number[];
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}
