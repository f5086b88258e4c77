/**
 * Numbers beside tensors: which of them are whole, which are floats, and how those reach libtorch that no
 * JavaScript number can stand for.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/**
 * A number that is a float whatever its value; made by {@linkcode float}.
 */
export class Float {
  /** Wraps a number; see {@linkcode float}. */
  constructor(
    /** The number. */
    readonly value: number,
  ) {
    if (typeof value !== "number") {
      throw new ArgumentError(
        `torch.float() takes a number, got ${value === null ? "null" : typeof value}.`,
      );
    }
  }

  /** The number, so that it computes as one in JavaScript. */
  valueOf(): number {
    return this.value;
  }

  /** The number as `float(2)`. */
  toString(): string {
    return `float(${this.value})`;
  }
}

/**
 * What stands beside a tensor in an operator, such as the 2 of `x.add(2)`.
 *
 * The rule, in every operator: a whole number counts as an integer and any other number as a float, as if
 * PyTorch had been given `2` or `2.5`. The result has the tensor's dtype where that can hold such a number,
 * so `int64.add(2)` is int64 and `int64.add(2.5)` float32. Whoever means a float writes
 * {@linkcode float}`(2)`, as one writes `2.0` in Python. `-0` is the integer 0 beside integers and -0.0
 * beside floats. Integers beyond 2^53 are written as a BigInt, `2n ** 60n`; a number of that size is an
 * error beside integer tensors, since it may stand for several integers.
 */
export type Scalar = number | bigint | Float;

/**
 * A number that counts as a float even if it is whole, as `2.0` does in Python.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const counts = torch.tensor([1, 2, 3], { dtype: "int64" });
 * console.log(counts.add(2).dtype); // int64
 * console.log(counts.add(torch.float(2)).dtype); // float32
 * ```
 *
 * @throws {ArgumentError} if `value` is no number.
 */
export function float(value: number): Float {
  return new Float(value);
}
