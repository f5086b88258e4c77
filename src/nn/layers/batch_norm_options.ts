/**
 * Options of batch normalization.
 *
 * @module
 */

/** Options of {@linkcode BatchNorm1d}, {@linkcode BatchNorm2d}, {@linkcode BatchNorm3d} and {@linkcode SyncBatchNorm}. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** How far the running statistics move towards a batch's; 0.1 by default. Null: their plain mean. */
  momentum?: number | null;
  /** Whether there are a weight and a bias; true by default. */
  affine?: boolean;
  /** Whether there is a bias beside the weight; true by default. */
  bias?: boolean;
  /** Whether running statistics are kept and used in evaluation; true by default. */
  trackRunningStats?: boolean;
}
