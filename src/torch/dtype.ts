/**
 * Element types, by PyTorch's names.
 *
 * @module
 */

import type { DType } from "../base/dtypes.ts";
import { infoOf } from "./dtype_codes.ts";

export type { DType };

/** Any of JavaScript's typed arrays. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Float16Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** Whether a dtype holds fractions: float16, bfloat16, float32, float64 and those of 8 bits. */
export function isFloatingPoint(dtype: DType): boolean {
  return infoOf(dtype).floating;
}

/** Whether a dtype holds complex numbers: complex32, complex64, complex128. */
export function isComplex(dtype: DType): boolean {
  return dtype.startsWith("complex");
}
