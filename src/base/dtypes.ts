/**
 * Element types, by PyTorch's names, and what is known of them.
 *
 * @module
 */

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

/** What is known of each element type: libtorch's number for it, its size in bytes, its family. */
export interface DTypeInfo {
  readonly code: number;
  readonly bytes: number;
  readonly floating: boolean;
}

/** libtorch's `c10::ScalarType` numbers. */
export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  uint8: { code: 0, bytes: 1, floating: false },
  int8: { code: 1, bytes: 1, floating: false },
  int16: { code: 2, bytes: 2, floating: false },
  int32: { code: 3, bytes: 4, floating: false },
  int64: { code: 4, bytes: 8, floating: false },
  float16: { code: 5, bytes: 2, floating: true },
  float32: { code: 6, bytes: 4, floating: true },
  float64: { code: 7, bytes: 8, floating: true },
  bool: { code: 11, bytes: 1, floating: false },
  bfloat16: { code: 15, bytes: 2, floating: true },
  complex32: { code: 8, bytes: 4, floating: false },
  complex64: { code: 9, bytes: 8, floating: false },
  complex128: { code: 10, bytes: 16, floating: false },
  float8_e5m2: { code: 23, bytes: 1, floating: true },
  float8_e4m3fn: { code: 24, bytes: 1, floating: true },
  float8_e5m2fnuz: { code: 25, bytes: 1, floating: true },
  float8_e4m3fnuz: { code: 26, bytes: 1, floating: true },
  uint16: { code: 27, bytes: 2, floating: false },
  uint32: { code: 28, bytes: 4, floating: false },
  uint64: { code: 29, bytes: 8, floating: false },
  float8_e8m0fnu: { code: 44, bytes: 1, floating: true },
};
