/**
 * Values between JavaScript's arrays and tensors: one copy each way.
 *
 * @module
 */

import { check, context, frame, native, open } from "../../ffi/native.ts";
import { dtypes } from "../base/dtypes.ts";
import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { handleOf, make } from "./core.ts";
import { type DType, isComplex, type TypedArray } from "./dtype.ts";
import { dtypeCode } from "./dtype_codes.ts";
import type { NestedArray } from "./nested_array.ts";
import type { Tensor } from "./tensor.ts";
import { waiting } from "./waits.ts";

type ArrayClass = new (length: number) => TypedArray;

/** What a dtype becomes that no typed array holds; its values stay exact. */
const wider = {
  bfloat16: "float32",
  float8_e5m2: "float32",
  float8_e4m3fn: "float32",
  float8_e5m2fnuz: "float32",
  float8_e4m3fnuz: "float32",
  float8_e8m0fnu: "float32",
  complex32: "complex64",
} as const satisfies Partial<Record<DType, DType>>;

function hasNoArray(dtype: DType): dtype is keyof typeof wider {
  return dtype in wider;
}

/** The typed array that holds a dtype's bytes; real and imaginary parts by turns of complex ones. */
const arrays: Record<Exclude<DType, keyof typeof wider>, ArrayClass> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/** The dtype that a typed array becomes as it is; undefined for the unsigned ones that hardly any operator takes. */
export function dtypeOfArray(values: TypedArray): DType | undefined {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  if (values instanceof Float16Array) return "float16";
  if (values instanceof BigInt64Array) return "int64";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Int16Array) return "int16";
  if (values instanceof Int8Array) return "int8";
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return "uint8";
  return undefined;
}

/** A tensor of a typed array's bytes, taken as `dtype`; in pinned memory if `pinned`. */
export function fromBytes(
  values: TypedArray,
  dtype: DType,
  shape: readonly number[],
  pinned = false,
): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const needed = isComplex(dtype) ? 2 * count : count;
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || needed !== values.length) {
    throw new ShapeError(
      `${values.length} values do not fill a tensor of shape [${
        shape.join(", ")
      }], which has ${count} elements${isComplex(dtype) ? " of two values each" : ""}.`,
    );
  }
  if ((values.buffer as ArrayBuffer).detached) {
    throw new ArgumentError(
      "The typed array's memory was transferred to another thread or structure; make a copy before that.",
    );
  }
  return fromRawBytes(
    new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
    dtype,
    shape,
    pinned,
  );
}

/** A tensor of bytes as they lie in memory, for any dtype; in pinned memory if `pinned`. */
export function fromRawBytes(
  bytes: Uint8Array,
  dtype: DType,
  shape: readonly number[],
  pinned = false,
): Tensor {
  open();
  for (let i = 0; i < shape.length; i++) frame[i] = shape[i];
  check(
    native.ap_tensor_from_data(
      context,
      bytes as BufferSource,
      bytes.byteLength,
      dtypeCode(dtype),
      shape.length,
      pinned ? 1 : 0,
    ),
  );
  return make(frame[0]);
}

/** A copy of a tensor's bytes, in the order of its elements, for any dtype. */
export function rawBytes(tensor: Tensor): Uint8Array {
  if (waiting !== null) waiting("data", [tensor]);
  const bytes = new Uint8Array(tensor.numel * dtypes[tensor.dtype].bytes);
  check(
    native.ap_tensor_to_data(context, handleOf(tensor), bytes as BufferSource, bytes.byteLength),
  );
  return bytes;
}

/** The values of a tensor as a typed array; see `Tensor.data`. */
export function readBytes(tensor: Tensor): TypedArray {
  const dtype = tensor.dtype;
  if (hasNoArray(dtype)) {
    using own = tensor.detach();
    using wide = own.to(wider[dtype]);
    return readBytes(wide);
  }
  if (waiting !== null) waiting("data", [tensor]);
  const out = new arrays[dtype](isComplex(dtype) ? 2 * tensor.numel : tensor.numel);
  check(
    native.ap_tensor_to_data(
      context,
      handleOf(tensor),
      out as unknown as BufferSource,
      out.byteLength,
    ),
  );
  return out;
}

/** How deep arrays may be nested; what goes deeper is an array that contains itself, or made to end the stack. */
const deepest = 128;
/** How many numbers nested arrays may hold: shared parts make them many with little memory. */
const mostNested = 2 ** 26;

/** A flat array as nested ones; with `exact`, an int64 that does not fit a number stays a bigint. */
export function nest(
  values: TypedArray,
  shape: readonly number[],
  dtype: DType,
  exact = false,
): NestedArray {
  const one = dtype === "bool"
    ? (v: number | bigint) => v !== 0
    : dtype === "int64" || dtype === "uint64"
    ? (v: number | bigint) => {
      const value = Number(v);
      if (!Number.isSafeInteger(value)) {
        if (exact) return v;
        throw new DTypeError(
          `The ${dtype} ${v} is beyond 2^53 and does not fit a number; read it with data().`,
        );
      }
      return value;
    }
    : (v: number | bigint) => v as number;
  if (shape.length > deepest) {
    throw new ShapeError(
      `Arrays are nested at most ${deepest} deep, and this tensor has ${shape.length} dimensions. Read it with data().`,
    );
  }
  let at = 0;
  const build = (dim: number): NestedArray => {
    if (dim === shape.length) {
      return isComplex(dtype) ? [one(values[at++]), one(values[at++])] : one(values[at++]);
    }
    const size = shape[dim];
    const list = new Array<NestedArray>(size);
    for (let i = 0; i < size; i++) list[i] = build(dim + 1);
    return list;
  };
  return build(0);
}

/**
 * Nested arrays as a flat list and its shape.
 *
 * @throws {ShapeError} if the lengths differ, the arrays are nested more than 128 deep or hold more than 67,108,864
 * numbers.
 * @throws {ArgumentError} if there is something else than numbers, booleans or bigints in them.
 */
export function flatten(
  values: NestedArray,
): { flat: (number | boolean | bigint)[]; shape: number[] } {
  const shape: number[] = [];
  for (let v = values; Array.isArray(v); v = v[0]) {
    shape.push(v.length);
    if (v.length === 0) break;
    if (shape.length > deepest) {
      throw new ShapeError(
        `Nested arrays are at most ${deepest} deep, and these go deeper. Does an array contain itself?`,
      );
    }
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > mostNested) {
    throw new ShapeError(
      `Nested arrays hold at most ${mostNested} numbers, and these would hold ${count}. Give a typed array and a shape.`,
    );
  }
  const flat: (number | boolean | bigint)[] = [];
  const walk = (value: NestedArray, dim: number): void => {
    if (!Array.isArray(value)) {
      if (dim !== shape.length || !["number", "boolean", "bigint"].includes(typeof value)) {
        throw dim === shape.length
          ? new ArgumentError(`A tensor holds numbers, booleans or bigints, got ${typeof value}.`)
          : new ShapeError(`Nested arrays must all have the shape [${shape.join(", ")}].`);
      }
      flat.push(value as number);
      return;
    }
    if (dim >= shape.length || value.length !== shape[dim]) {
      throw new ShapeError(
        `Nested arrays must all have the same lengths: expected ${
          shape[dim] ?? "a number"
        } in dimension ${dim}, got ${value.length}.`,
      );
    }
    for (const item of value) walk(item, dim + 1);
  };
  walk(values, 0);
  return { flat, shape };
}

const ranges: Partial<Record<DType, [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  // The largest number below 2^63 that a JavaScript number can be.
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, 2 ** 64 - 2048],
};

/** A flat list of values as a tensor of `dtype`. */
export function fromList(
  flat: readonly (number | boolean | bigint)[],
  dtype: DType,
  shape: readonly number[],
): Tensor {
  dtypeCode(dtype);
  if (isComplex(dtype)) {
    using real = fromList(flat, "float64", shape);
    return real.to(dtype);
  }
  if (hasNoArray(dtype)) {
    using wide = fromList(flat, "float32", shape);
    return wide.to(dtype);
  }
  const out = new arrays[dtype](flat.length);
  if (dtypes[dtype].floating) {
    for (let i = 0; i < flat.length; i++) out[i] = Number(flat[i]);
  } else if (dtype === "bool") {
    for (let i = 0; i < flat.length; i++) out[i] = flat[i] ? 1 : 0;
  } else {
    const range = ranges[dtype];
    for (let i = 0; i < flat.length; i++) {
      const value = flat[i];
      if (typeof value === "bigint" && (dtype === "int64" || dtype === "uint64")) {
        if ((dtype === "int64" ? BigInt.asIntN : BigInt.asUintN)(64, value) !== value) {
          throw new DTypeError(`The value ${value} at place ${i} does not fit ${dtype}.`);
        }
        out[i] = value;
        continue;
      }
      const whole = Math.trunc(Number(value));
      if (!Number.isFinite(whole) || (range && (whole < range[0] || whole > range[1]))) {
        throw new DTypeError(
          `The value ${value} at place ${i} does not fit ${dtype}${
            range ? `, which goes from ${range[0]} to ${range[1]}` : ""
          }.`,
        );
      }
      (out as { [index: number]: number | bigint })[i] = dtype === "int64" || dtype === "uint64"
        ? BigInt(whole)
        : whole;
    }
  }
  return fromBytes(out, dtype, shape);
}
