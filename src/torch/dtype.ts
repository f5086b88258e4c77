/**
 * Element types, by PyTorch's names.
 *
 * @module
 */

import { infoOf } from "./dtype_codes.ts";

/**
 * The element types that tensors can have. For the unsigned ones beyond uint8, the complex and the 8-bit ones libtorch has
 * few operators: convert them with `to()` to compute with them. `float8_e8m0fnu` are powers of two, as scales are.
 */
export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint8"
  | "bool"
  | "uint16"
  | "uint32"
  | "uint64"
  | "complex32"
  | "complex64"
  | "complex128"
  | "float8_e5m2"
  | "float8_e4m3fn"
  | "float8_e5m2fnuz"
  | "float8_e4m3fnuz"
  | "float8_e8m0fnu";

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
