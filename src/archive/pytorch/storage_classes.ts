/**
 * The classes that files name their storages' element types by.
 *
 * @module
 */

import type { DType } from "../../base/dtypes.ts";

/** The name of PyTorch's class for a storage of each element type; libtorch has more of these than Python. */
export const storageClasses: Readonly<Record<DType, string>> = {
  uint8: "ByteStorage",
  int8: "CharStorage",
  int16: "ShortStorage",
  int32: "IntStorage",
  int64: "LongStorage",
  float16: "HalfStorage",
  float32: "FloatStorage",
  float64: "DoubleStorage",
  complex32: "ComplexHalfStorage",
  complex64: "ComplexFloatStorage",
  complex128: "ComplexDoubleStorage",
  bool: "BoolStorage",
  bfloat16: "BFloat16Storage",
  float8_e5m2: "Float8_e5m2Storage",
  float8_e4m3fn: "Float8_e4m3fnStorage",
  float8_e5m2fnuz: "Float8_e5m2fnuzStorage",
  float8_e4m3fnuz: "Float8_e4m3fnuzStorage",
  float8_e8m0fnu: "Float8_e8m0fnuStorage",
  uint16: "UInt16Storage",
  uint32: "UInt32Storage",
  uint64: "UInt64Storage",
};
