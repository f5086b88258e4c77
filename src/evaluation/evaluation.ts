/**
 * What an evaluation asks for and finds.
 *
 * @module
 */

import type { Accuracy } from "./accuracy_types.ts";
import type { CalibrationResult } from "./calibration.ts";
import type { DomainAccuracies, Domains } from "./domains.ts";
import type { InferenceOptions } from "./inference_options.ts";

/** How good a model is; shares are from 0 to 1, NaN where there was no image. */
export interface Evaluation extends Accuracy {
  /** For each of the option `topK` the share of images whose class is among so many of the likeliest ones. */
  topK: Record<number, number>;
  /**
   * For each class (rows) how many of its images were taken for which class (columns); empty for more than 4,096 classes.
   */
  confusion: number[][];
  /** The mean cross-entropy. */
  loss: number;
  /** Whether the model is as often right as it is sure, in 15 bins of equal width. */
  calibration: CalibrationResult;
  /** The accuracy on each domain, by class too; null where no domains were given. */
  domains: DomainAccuracies | null;
  /** The names of the classes, as far as data set or model have them. */
  classNames: readonly string[] | null;
}

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions extends InferenceOptions {
  /** The numbers of guesses to count; 1 and, with at least 5 classes, 5 by default. */
  topK?: readonly number[];
  /** Which domain each image is from: then accuracy is told by domain, and `byDataset` is that. By default nobody asks. */
  domains?: Domains;
}
