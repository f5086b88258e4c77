/**
 * How what stands beside tensors gets into the frame.
 *
 * @module
 */

import { ArgumentError, DTypeError } from "../base/errors.ts";
import { wideFloats, wideInts } from "../../ffi/native.ts";
import { Float, type Scalar } from "./scalar.ts";

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
  // PyTorch takes True for 1.
  if (typeof value === "boolean") return value ? 1 : 0;
  if (!(value instanceof Float)) {
    throw new ArgumentError(
      `An operator takes a number, a BigInt or torch.float(…) here, got ${named(value)}.`,
    );
  }
  wideFloats[at] = value.value;
  return mark(at, ofFloat);
}
