/**
 * Numbers beside tensors: which of them are whole, which are floats, and how those reach libtorch that no
 * JavaScript number can stand for.
 *
 * @module
 */

import { wideFloats, wideInts } from "../../ffi/native.ts";
import { ArgumentError, DTypeError } from "../errors.ts";

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
      throw new ArgumentError(`torch.float() takes a number, got ${named(value)}.`);
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

/** Whether a value may stand where an operator takes a number. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float;
}

/**
 * Checks that a number which becomes an element of a tensor of whole numbers is not so large that it may stand
 * for several; operators that have a tensor beside it check that themselves.
 *
 * @throws {ArgumentError} if it is.
 */
export function checkExact(value: unknown): void {
  if (typeof value !== "number" || Math.abs(value) < 2 ** 53 || !Number.isInteger(value)) return;
  throw new ArgumentError(
    `The number ${value} is beyond 2^53, where a JavaScript number cannot tell whole numbers apart: ` +
      `write the BigInt ${Math.abs(value) < 1e20 ? `${BigInt(value)}n` : "of an integer"}.`,
  );
}

function named(value: unknown): string {
  return value === null ? "null" : typeof value;
}

// What stands in the frame for a value in the wide slot of the same place; see `native/context.cpp`.
const wide = 0x0010abc0;
const [ofInt, ofUnsigned, ofFloat] = [1, 2, 3];
const halves = new Uint32Array(2);
const whole = new Float64Array(halves.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function mark(at: number, kind: number): number {
  halves[littleEndian ? 0 : 1] = at;
  halves[littleEndian ? 1 : 0] = wide + kind;
  return whole[0];
}

/** What goes into the frame at the place `at` for a scalar. */
export function scalarSlot(at: number, value: Scalar): number {
  return typeof value === "number" ? value : wideScalar(at, value);
}

/**
 * What goes into the frame at the place `at` for a scalar that is no number.
 *
 * @throws {ArgumentError} if it is no scalar.
 * @throws {DTypeError} if it is a BigInt that no 64 bits hold.
 */
function wideScalar(at: number, value: Exclude<Scalar, number>): number {
  if (typeof value === "bigint") {
    if (value < -(2n ** 63n) || value >= 2n ** 64n) {
      throw new DTypeError(`The integer ${value} is beyond 64 bits.`);
    }
    wideInts[at] = value;
    return mark(at, value < 2n ** 63n ? ofInt : ofUnsigned);
  }
  if (!(value instanceof Float)) {
    throw new ArgumentError(
      `An operator takes a number, a BigInt or torch.float(…) here, got ${named(value)}.`,
    );
  }
  wideFloats[at] = value.value;
  return mark(at, ofFloat);
}
