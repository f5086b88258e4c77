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
 * rows and columns; or of tokens (B, N, D), also of pooled ones (B, D, 1).
 *
 * @param channelsLast Whether maps are (B, H, W, D).
 * @throws {ShapeError} if they are of another shape.
 * @throws {ArgumentError} if there is no such pooling.
 */
export function toFeatures(
  computed: Tensor,
  tokens: TokenPooling = "class",
  channelsLast = false,
): Tensor {
  if (tokens !== "class" && tokens !== "mean") {
    throw new ArgumentError(`tokens is "class" or "mean", got ${JSON.stringify(tokens)}.`);
  }
  switch (computed.ndim) {
    case 2:
      return computed;
    case 3:
      // Tokens that were pooled, with their channels before the one place that is left.
      if (computed.shape[2] === 1) return computed.select(2, 0);
      return tokens === "class" ? computed.select(1, 0) : computed.mean(1);
    case 4:
      return computed.mean(channelsLast ? [1, 2] : [2, 3]);
    default:
      throw new ShapeError(
        `Features are of shape (B, D), (B, N, D) or (B, D, H, W), got [${
          computed.shape.join(", ")
        }].`,
      );
  }
}

/**
 * Whether maps are (B, H, W, D), as some transformers hand them on: their second and third dimensions are to each other
 * as the image's rows and columns are, their third and fourth are not.
 *
 * @param shape The maps' shape.
 * @param imageShape The shape (C, H, W) of the image that they were made of.
 */
export function isChannelsLast(
  shape: readonly number[],
  [, rows, columns]: readonly [channels: number, rows: number, columns: number],
): boolean {
  if (shape.length !== 4) return false;
  // Sizes were rounded when the image was divided.
  const fits = (height: number, width: number): boolean =>
    Math.abs(height * columns - width * rows) <= Math.max(rows, columns);
  return fits(shape[1], shape[2]) && !fits(shape[2], shape[3]);
}
