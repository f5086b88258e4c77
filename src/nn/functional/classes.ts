/**
 * Class labels and other indices: what is out of range is named, and never reaches a GPU, where it
 * would end the process's use of it.
 *
 * @module
 */

import { DTypeError, IndexError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { rangeOf } from "../../torch/known_range.ts";

/** The place of element `at` of a tensor in words: `row 3`, or `[1, 3]`. */
function place(at: number, shape: readonly number[]): string {
  if (shape.length <= 1) return `row ${at}`;
  const index: number[] = [];
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    index.unshift(at % shape[dim]);
    at = Math.floor(at / shape[dim]);
  }
  return `[${index.join(", ")}]`;
}

/**
 * Throws for the first of some int64 indices that is not from 0 to `count` - 1, nor `ignored`.
 *
 * @throws {IndexError} naming the index, its place and the range.
 */
export function findBadIndex(
  what: string,
  things: string,
  indices: Tensor,
  count: number,
  ignored?: number,
): void {
  const values = indices.data();
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if ((value >= 0 && value < count) || value === ignored) continue;
    throw new IndexError(
      `${what} ${value} at ${place(i, indices.shape)} is out of range: there are ${count} ` +
        `${things}, 0 to ${count - 1}.`,
    );
  }
}

/**
 * Checks indices on a GPU before they are used there. One look at the smallest and largest settles it
 * in most cases; it waits for the GPU, unless a loader looked at them before it sent them there.
 *
 * @throws {IndexError} naming the index, its place and the range.
 */
export function checkIndicesOnDevice(
  what: string,
  things: string,
  indices: Tensor,
  count: number,
  ignored?: number,
): void {
  if (indices.numel === 0) return;
  const noted = rangeOf(indices);
  if (noted !== undefined && noted[0] >= 0 && noted[1] < count) return;
  const [low, high] = torch.scope(() => {
    const ends = torch.noGrad(() => torch.stack(indices.aminmax()));
    return ends.data();
  });
  if (Number(low) >= 0 && Number(high) < count) return;
  findBadIndex(what, things, indices, count, ignored);
}

/**
 * Class labels as int64: integers of any dtype, or floats that are all whole numbers. Returns the
 * tensor itself where it is int64 already; otherwise a new one, for the caller to dispose of.
 *
 * @throws {DTypeError} naming the first label that is NaN or not whole, and its row; or for bools.
 */
export function asClasses(labels: Tensor): Tensor {
  const dtype = labels.dtype;
  if (dtype === "int64") return labels;
  if (dtype === "bool") {
    throw new DTypeError(
      `Class labels must be integers, got bool; use to("int64") if false is 0 and true 1.`,
    );
  }
  if (torch.isFloatingPoint(dtype)) {
    const values = labels.data();
    for (let i = 0; i < values.length; i++) {
      if (Number.isInteger(Number(values[i]))) continue;
      throw new DTypeError(
        `The class label at ${place(i, labels.shape)} is ${values[i]}, not a whole number. ` +
          `Labels are integers (int64) or, as probabilities, of the logits' shape.`,
      );
    }
  }
  return labels.to("int64");
}

/**
 * Throws for the first row of target probabilities that holds NaN or an infinity.
 *
 * @throws {DTypeError} naming the row and the value.
 */
export function checkProbabilities(probabilities: Tensor): void {
  const sum = torch.scope(() => torch.noGrad(() => probabilities.sum().item()));
  if (Number.isFinite(sum)) return;
  const values = probabilities.data();
  const shape = probabilities.shape;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(Number(values[i]))) continue;
    throw new DTypeError(
      `The target probability at ${place(i, shape)} is ${values[i]}, not a finite number.`,
    );
  }
}
