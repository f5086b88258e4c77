/**
 * How models are shown data sets.
 *
 * @module
 */

import type { LabelledBatch, Transform, View } from "../data/mod.ts";
import type { Device } from "../torch/mod.ts";

/** How a model is shown a data set. */
export interface InferenceOptions {
  /** Images in a batch of a data set; 256 by default. A loader has its own. */
  batchSize?: number;
  /**
   * What is done to a data set's images in place of the model's `view`, normalization included. A `Loader` has its own
   * transform, which is applied before the view.
   */
  transform?: Transform;
  /** What the model wants of images; its own `view` by default. Not beside `transform`. */
  view?: View;
  /** Where scores are computed; where the model lies by default. */
  device?: Device;
  /** Called after every batch with the number of images done. */
  onProgress?: (done: number) => void;
  /** Stops between two batches: its reason is thrown. */
  signal?: AbortSignal;
  /**
   * Where several processes work together (`torch.distributed`), each looks at a part of the batches of a data set or a `Loader`,
   * and all get the numbers that one alone would: all call it together, of the same model and images. With false this process
   * looks at all of them by itself. True by default.
   */
  shared?: boolean;
}

/** Labelled batches: a `Loader`, or anything with epochs like its. */
export interface LabelledBatches {
  /** The batches of an epoch. */
  epoch(epoch: number): Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>;
  /** What is loaded from. */
  readonly dataset?: unknown;
}
