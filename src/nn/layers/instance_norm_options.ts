/**
 * Options of instance normalization.
 *
 * @module
 */

/** Options of {@linkcode InstanceNorm1d}, {@linkcode InstanceNorm2d} and {@linkcode InstanceNorm3d}. */
export interface InstanceNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** How far the running statistics move towards a batch's; 0.1 by default. Null: not at all. */
  momentum?: number | null;
  /** Whether there are a weight and a bias; false by default. */
  affine?: boolean;
  /** Whether there is a bias beside the weight; true by default. */
  bias?: boolean;
  /** Whether running statistics are kept and used in evaluation; false by default. */
  trackRunningStats?: boolean;
}
