/**
 * What features and their labels have to be.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { asClasses, findBadIndex } from "../nn/functional/classes.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * Features to compute with, (N, D): on the device of `like` if there is one, float64 if they are and otherwise
 * float32, without a graph. To be called in a scope.
 *
 * @throws {ShapeError} if they are not (N, D), or not as wide as those of `like`.
 * @throws {DTypeError} if they are not floating-point.
 * @throws {ArgumentError} if there are none, or not all are finite.
 */
export function checkFeatures(features: Tensor, like?: Tensor): Tensor {
  const [rows, width] = features.shape;
  if (features.ndim !== 2 || width === 0) {
    throw new ShapeError(`Features are (N, D), got [${features.shape.join(", ")}].`);
  }
  if (rows === 0) throw new ArgumentError("There are no features: at least one row is needed.");
  if (!isFloatingPoint(features.dtype)) {
    throw new DTypeError(`Features are floating-point numbers, got ${features.dtype}.`);
  }
  if (like !== undefined && like.shape[1] !== width) {
    throw new ShapeError(
      `These features have ${width} columns and those to compare with ${like.shape[1]}; they ` +
        `must come from one model.`,
    );
  }
  const dtype = like?.dtype ?? (features.dtype === "float64" ? "float64" : "float32");
  const usable = features.detach().to({ device: like?.device ?? features.device, dtype });
  // One NaN or infinity makes the sum one too, except for sums beyond the dtype's range.
  const suspicious = !Number.isFinite(usable.sum().item());
  if (suspicious && !usable.isfinite().all().item()) {
    throw new ArgumentError(
      "Some features are NaN or infinite; a model that gives such is broken.",
    );
  }
  return usable;
}

/**
 * The classes of features, as int64 on the features' device. To be called in a scope.
 *
 * @param numClasses How many classes there are; those that occur, if absent.
 * @throws {ShapeError} if there is not one label for each row.
 * @throws {DTypeError} if a label is not a whole number.
 * @throws {IndexError} if a label is below 0 or not below `numClasses`.
 */
export function checkLabels(
  labels: Tensor,
  features: Tensor,
  numClasses?: number,
): { classes: Tensor; numClasses: number } {
  const rows = features.shape[0];
  if (labels.ndim !== 1 || labels.shape[0] !== rows) {
    throw new ShapeError(
      `${rows} rows of features need as many labels, got [${labels.shape.join(", ")}].`,
    );
  }
  const wanted = asClasses(labels.detach());
  const count = numClasses ?? Math.max(1, Number(wanted.max().item()) + 1);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ArgumentError(`The number of classes is a whole number of at least 1, got ${count}.`);
  }
  findBadIndex("The label", "classes", wanted, count);
  return { classes: wanted.to(features.device), numClasses: count };
}
