/**
 * The element types that checkpoints store: all that libtorch can hold, more than this package computes with.
 *
 * @module
 */

import type { StoredDType } from "./stored_dtype.ts";

/** What is known of a stored element type. */
export interface StoredDTypeInfo {
  /** libtorch's number for it. */
  readonly code: number;
  /** Its size in bytes. */
  readonly bytes: number;
  /** The name of PyTorch's class for a storage of it; libtorch has more of these than Python. */
  readonly storage: string;
}

/** libtorch's `c10::ScalarType` numbers, sizes, and the classes that files name. */
export const storedDTypes: Readonly<Record<StoredDType, StoredDTypeInfo>> = {
  uint8: { code: 0, bytes: 1, storage: "ByteStorage" },
  int8: { code: 1, bytes: 1, storage: "CharStorage" },
  int16: { code: 2, bytes: 2, storage: "ShortStorage" },
  int32: { code: 3, bytes: 4, storage: "IntStorage" },
  int64: { code: 4, bytes: 8, storage: "LongStorage" },
  float16: { code: 5, bytes: 2, storage: "HalfStorage" },
  float32: { code: 6, bytes: 4, storage: "FloatStorage" },
  float64: { code: 7, bytes: 8, storage: "DoubleStorage" },
  complex32: { code: 8, bytes: 4, storage: "ComplexHalfStorage" },
  complex64: { code: 9, bytes: 8, storage: "ComplexFloatStorage" },
  complex128: { code: 10, bytes: 16, storage: "ComplexDoubleStorage" },
  bool: { code: 11, bytes: 1, storage: "BoolStorage" },
  bfloat16: { code: 15, bytes: 2, storage: "BFloat16Storage" },
  float8_e5m2: { code: 23, bytes: 1, storage: "Float8_e5m2Storage" },
  float8_e4m3fn: { code: 24, bytes: 1, storage: "Float8_e4m3fnStorage" },
  float8_e5m2fnuz: { code: 25, bytes: 1, storage: "Float8_e5m2fnuzStorage" },
  float8_e4m3fnuz: { code: 26, bytes: 1, storage: "Float8_e4m3fnuzStorage" },
  float8_e8m0fnu: { code: 44, bytes: 1, storage: "Float8_e8m0fnuStorage" },
  uint16: { code: 27, bytes: 2, storage: "UInt16Storage" },
  uint32: { code: 28, bytes: 4, storage: "UInt32Storage" },
  uint64: { code: 29, bytes: 8, storage: "UInt64Storage" },
};
