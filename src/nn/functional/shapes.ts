/**
 * Comparing shapes, and saying what was wrong with them.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Reduction } from "./reduction.ts";

/** A shape as text: `[2, 3]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** libtorch's number for a reduction. */
export function reductionCode(reduction: Reduction = "mean"): number {
  const code = ["none", "mean", "sum"].indexOf(reduction);
  if (code < 0) {
    throw new ArgumentError(`A reduction is "mean", "sum" or "none", got "${reduction}".`);
  }
  return code;
}

/**
 * Checks that a loss is given a target of its input's shape (PyTorch would broadcast, and compare
 * every element with every other), and that there is something to take the mean of.
 *
 * @throws {ShapeError} if not.
 */
export function checkTarget(
  loss: string,
  input: Tensor,
  target: Tensor,
  reduction: Reduction | undefined,
): void {
  const a = input.shape;
  const b = target.shape;
  if (!sameShape(a, b)) {
    throw new ShapeError(
      `${loss}: the input is ${shapeText(a)} and the target ${
        shapeText(b)
      }; they must be the same. ` +
        `Use reshape() or expand() on one of them.`,
    );
  }
  checkNotEmpty(loss, a, reduction);
}

/**
 * Checks that there is something to take the mean of: PyTorch's answer would be NaN.
 *
 * @throws {ShapeError} if not.
 */
export function checkNotEmpty(
  loss: string,
  shape: readonly number[],
  reduction: Reduction | undefined,
): void {
  if ((reduction ?? "mean") === "mean" && shape.includes(0)) {
    throw new ShapeError(
      `${loss}: an input of shape ${
        shapeText(shape)
      } has no elements, so no mean; skip empty batches.`,
    );
  }
}
