/**
 * Relations between images in a feature space (Park et al., Relational knowledge distillation, 2019, arXiv 1904.05068).
 *
 * Both are computed in float32 or wider, also under autocast.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { cdist, linalgVectorNorm } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkMatrix } from "../checks.ts";
import { inFullPrecision } from "../../torch/full_precision.ts";
import { upcast } from "../upcast.ts";

/** Features closer than this are one point, which has a distance to others but no direction to itself. */
const same = 1e-12;

/** libtorch's mode of `cdist` that takes differences first, so that equal rows are at exactly 0. */
const byDifferences = 2;

/**
 * The Euclidean distances of all pairs of images over their mean (Park et al. 2019): what its distance-wise loss compares.
 * Rows that are equal are at 0, and gradients are 0 there; if all are equal, so are all distances.
 *
 * @param features (B, D), at least two rows.
 * @returns (B, B), with zeros on the diagonal.
 * @throws {ShapeError} if it is no matrix, or has one row.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * distill.relativeDistances(torch.tensor([[0, 0], [3, 4]])).toArray(); // [[0, 1], [1, 0]]
 * ```
 */
export function relativeDistances(features: Tensor): Tensor {
  const batch = checkRows(features, 2, "distances");
  return scope(() => {
    const points = upcast(features);
    const distances = cdist(points, points, 2, byDifferences);
    const mean = distances.sum().div(batch * (batch - 1));
    return distances.div(mean.clampMin(same));
  });
}

/**
 * The cosines of the angles of all triplets of images (Park et al. 2019): `[a, b, c]` is that of the angle at a between
 * the directions to b and to c. What its angle-wise loss compares. It is 0 where b or c is at a, and so are the gradients.
 *
 * Memory grows with B² · D and B³: 67 MB for the cosines of 256 images.
 *
 * @param features (B, D), at least three rows.
 * @returns (B, B, B).
 * @throws {ShapeError} if it is no matrix, or has fewer than three rows.
 */
export function tripletAngles(features: Tensor): Tensor {
  checkRows(features, 3, "angles");
  return scope(() => {
    const points = upcast(features);
    // [a, b] is the way from a to b.
    const ways = points.unsqueeze(0).sub(points.unsqueeze(1));
    const lengths = linalgVectorNorm(ways, 2, 2, true);
    const directions = ways.div(lengths.maskedFill(lengths.le(same), Infinity));
    return inFullPrecision(points.device, () => directions.bmm(directions.transpose(1, 2)));
  });
}

function checkRows(features: Tensor, least: number, what: string): number {
  const [rows] = checkMatrix(features, "the features");
  if (rows >= least) return rows;
  throw new ShapeError(
    `The ${what} between images need at least ${least} of them in a batch, got ${rows}: use larger batches, and leave the ` +
      `last one out where it is smaller (dropLast).`,
  );
}
