/**
 * What counters of predictions take.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * Checks that scores are (B, C) and labels (B).
 *
 * @param what Who counts, to begin the error with.
 * @throws {ShapeError} if they do not fit the classes or each other.
 */
export function checkScores(what: string, classes: number, scores: Tensor, labels: Tensor): void {
  const [rows, columns] = scores.shape;
  const fits = scores.ndim === 2 && columns === classes && labels.ndim === 1 &&
    labels.shape[0] === rows;
  if (fits) return;
  throw new ShapeError(
    `${what} over ${classes} classes needs scores (B, ${classes}) and labels (B), ` +
      `got [${scores.shape.join(", ")}] and [${labels.shape.join(", ")}].`,
  );
}
