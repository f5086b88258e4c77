/**
 * What a loader loads from.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { Batch } from "./batch.ts";

/** What a loader says of the batch that it asks for. */
export interface BatchContext {
  /** The loader's seed. */
  readonly seed: number;
  /** Which variant of each image is wanted: the epoch, or of a fixed number of variants one. */
  readonly epoch: number;
}

/**
 * Images that a loader can take by number. `B` says what comes with them: labels or not.
 *
 * `ImageDataset` and `UnlabelledImages` hold theirs in memory; `ImageFolder`, `ImageList` and
 * `TarShards` decode files; `labelledSamples` and `unlabelledSamples` make one of anything that gives
 * images one by one.
 */
export interface Dataset<B extends Batch> {
  /** How many images there are. */
  readonly length: number;
  /** The classes' names, of labelled images: a label is an index into them. */
  readonly classNames?: readonly string[];
  /**
   * The images of these indices, in this order, as new tensors that the caller disposes of; uint8
   * (0 to 255) or floating-point (0 to 1), of shape (B, C, H, W), on the CPU. A promise if they have
   * to be read from somewhere; its tensors then belong to no scope.
   *
   * What is random about an image may depend on the context and the image's index, and on nothing
   * else. Without a context, seed and epoch are 0.
   */
  batch(indices: Int32Array, context?: BatchContext): B | Promise<B>;
  /**
   * What decides its images and labels, as plain data, so that a run is not continued with others without a word. Without
   * it some images are looked at instead.
   */
  spec?(): Spec | Promise<Spec>;
}
