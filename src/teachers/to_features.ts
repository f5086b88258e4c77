/**
 * Features of what a foreign model gives.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { TokenPooling } from "./foreign_model.ts";

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
