/**
 * What teachers need of models that are not made here, and how whatever those compute becomes one feature vector an
 * image.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";
import type { TeacherFacts } from "./teacher_options.ts";

/** What `predictive` and `descriptive` need to know of a model that is not made here. */
export interface ForeignModel {
  /** The features (B, featureDim) of images (B, C, H, W). */
  readonly features: (images: Tensor) => Tensor;
  /** The width of the features. */
  readonly featureDim: number;
  /** Where features and logits are, and which files weights lie in. */
  readonly facts?: TeacherFacts;
}

/** A {@linkcode ForeignModel} with logits. */
export interface ForeignClassifier extends ForeignModel {
  /** Features (B, featureDim) and logits (B, numClasses) of images (B, C, H, W). */
  readonly run: (images: Tensor) => { features: Tensor; logits: Tensor };
  /** The number of classes. */
  readonly numClasses: number;
}

/** What becomes of the tokens (B, N, D) of a transformer: the first one, the class token, or their mean. */
export type TokenPooling = "class" | "mean";
