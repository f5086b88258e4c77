/**
 * Element types, by PyTorch's names.
 *
 * @module
 */

import { DTypeError } from "../errors.ts";
import { isNameOf } from "../lookup.ts";

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

/** What is known of each element type: libtorch's number for it, its size in bytes, its family. */
interface DTypeInfo {
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

const names = new Map<number, DType>(
  (Object.keys(dtypes) as DType[]).map((name) => [dtypes[name].code, name]),
);

/** The dtype with libtorch's number `code`. */
export function dtypeFromCode(code: number): DType {
  const name = names.get(code);
  if (name === undefined) {
    throw new DTypeError(
      `This tensor has libtorch's dtype number ${code}, which is none of ${
        Object.keys(dtypes).join(", ")
      }; convert it with to() first.`,
    );
  }
  return name;
}

/** libtorch's number for `dtype`. */
export function dtypeCode(dtype: DType): number {
  return infoOf(dtype).code;
}

function infoOf(dtype: DType): DTypeInfo {
  if (isNameOf(dtypes, dtype)) return dtypes[dtype];
  throw new DTypeError(
    `There is no dtype "${dtype}"; it is one of ${Object.keys(dtypes).join(", ")}.`,
  );
}

/** Whether a dtype holds fractions: float16, bfloat16, float32, float64 and those of 8 bits. */
export function isFloatingPoint(dtype: DType): boolean {
  return infoOf(dtype).floating;
}

/** Whether a dtype holds complex numbers: complex32, complex64, complex128. */
export function isComplex(dtype: DType): boolean {
  return dtype.startsWith("complex");
}
