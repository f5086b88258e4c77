/**
 * What a loader loads from.
 *
 * @module
 */

import type { Batch } from "./batch.ts";

/**
 * Images that a loader can take by number. `B` says what comes with them: labels or not.
 *
 * `ImageDataset` and `UnlabelledImages` hold theirs in memory; `labelledSamples` and
 * `unlabelledSamples` make one of anything that gives images one by one, such as files.
 */
export interface Dataset<B extends Batch> {
  /** How many images there are. */
  readonly length: number;
  /**
   * The images of these indices, in this order, as new tensors that the caller disposes of; uint8
   * (0 to 255) or floating-point (0 to 1), of shape (B, C, H, W), on the CPU. A promise if they have
   * to be read from somewhere; its tensors then belong to no scope.
   */
  batch(indices: Int32Array): B | Promise<B>;
}
