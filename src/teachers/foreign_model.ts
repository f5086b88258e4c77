/**
 * What teachers need of models that are not made here, and how whatever those compute becomes one feature vector an
 * image.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../errors.ts";
import type { Tensor } from "../torch/tensor.ts";

/** What `predictive` and `descriptive` need to know of a model that is not made here. */
export interface ForeignModel {
  /** The features (B, featureDim) of images (B, C, H, W). */
  readonly features: (images: Tensor) => Tensor;
  /** The width of the features. */
  readonly featureDim: number;
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

/**
 * Makes features (B, D) of vectors (B, D), which stay; of maps (B, D, H, W), which are averaged over their
 * rows and columns; or of tokens (B, N, D).
 *
 * @throws {ShapeError} if they are of another shape.
 * @throws {ArgumentError} if there is no such pooling.
 */
export function toFeatures(computed: Tensor, tokens: TokenPooling = "class"): Tensor {
  if (tokens !== "class" && tokens !== "mean") {
    throw new ArgumentError(`tokens is "class" or "mean", got ${JSON.stringify(tokens)}.`);
  }
  switch (computed.ndim) {
    case 2:
      return computed;
    case 3:
      return tokens === "class" ? computed.select(1, 0) : computed.mean(1);
    case 4:
      return computed.mean([2, 3]);
    default:
      throw new ShapeError(
        `Features are of shape (B, D), (B, N, D) or (B, D, H, W), got [${
          computed.shape.join(", ")
        }].`,
      );
  }
}
