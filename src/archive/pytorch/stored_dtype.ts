/**
 * The dtypes that tensors in files may have.
 *
 * @module
 */

/**
 * The element types that checkpoints store.
 *
 * @module
 */

/** An element type of a stored tensor, by PyTorch's name. */
export type StoredDType =
  | "uint8"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float16"
  | "float32"
  | "float64"
  | "bool"
  | "bfloat16"
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
