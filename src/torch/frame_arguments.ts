/**
 * Writes the arguments that take more than one slot into the frame; each function takes the place
 * to write at and returns the next.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { lookUp } from "../base/lookup.ts";
import { frame, writeText } from "../../ffi/native.ts";
import { describeValue } from "./core.ts";
import { HANDLE } from "./handle.ts";
import type { TensorCore } from "./tensor_core.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { DType } from "./dtype.ts";
import { dtypeCode } from "./dtype_codes.ts";
import type { Scalar } from "./scalar.ts";
import { scalarSlot } from "./scalar_slots.ts";
import type { MemoryFormat, Reduction } from "./argument_types.ts";

const memoryFormats: Record<MemoryFormat, number> = {
  contiguous: 0,
  preserve: 1,
  channelsLast: 2,
  channelsLast3d: 3,
};

const reductions = { none: 0, mean: 1, sum: 2 };

/** libtorch's number for a reduction. */
export function reductionCode(reduction: Reduction | number): number {
  if (reduction === 0 || reduction === 1 || reduction === 2) return reduction;
  return lookUp(reductions, reduction, "reduction");
}

/** The handle of a tensor or generator that may be absent, or 0. */
export function optionalHandle(value: { readonly [HANDLE]: number } | null | undefined): number {
  return value === null || value === undefined ? 0 : value[HANDLE];
}

/** libtorch's number for a memory format. */
export function memoryFormatCode(format: MemoryFormat): number {
  return lookUp(memoryFormats, format, "memory format");
}

/**
 * The length of a list, if it is one and fits the frame. What is longer is refused before it is written: writes
 * beyond the frame would be lost, and an array of nothing but holes can have four thousand million of them.
 *
 * @throws {ArgumentError} if it does not.
 */
export function putLength(at: number, values: unknown, what: string): number {
  if (!Array.isArray(values)) {
    throw new ArgumentError(
      `An argument should be an array of ${what}, got ${describeValue(values)}.`,
    );
  }
  if (values.length >= frame.length - at) {
    throw new ArgumentError(
      `An array of ${values.length} ${what} is too long for the argument frame of ${frame.length} places.`,
    );
  }
  frame[at] = values.length;
  return at + 1;
}

function wrongElement(place: number, values: readonly unknown[], wanted: string): never {
  throw new ArgumentError(
    `Element ${place} of an array should be a ${wanted}, got ${
      place in values ? describeValue(values[place]) : "a hole"
    }.`,
  );
}

/** A list of numbers. */
export function putNumbers(at: number, values: readonly number[]): number {
  at = putLength(at, values, "numbers");
  const length = values.length;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (typeof value !== "number") wrongElement(i, values, "number");
    frame[at++] = value;
  }
  return at;
}

/** A list of fixed length, for which one number may stand. */
export function putFixed(at: number, values: number | readonly number[], length: number): number {
  if (typeof values !== "number") return putNumbers(at, values);
  frame[at++] = length;
  for (let i = 0; i < length; i++) frame[at++] = values;
  return at;
}

/** A list of numbers or none. */
export function putOptionalNumbers(
  at: number,
  values: number | readonly number[] | null | undefined,
  length = 1,
): number {
  if (values === null || values === undefined) {
    frame[at] = 0;
    return at + 1;
  }
  frame[at] = 1;
  return putFixed(at + 1, values, length);
}

/** A number or none. */
export function putOptional(at: number, value: number | null | undefined): number {
  if (value === null || value === undefined) {
    frame[at] = 0;
    return at + 1;
  }
  frame[at] = 1;
  frame[at + 1] = value;
  return at + 2;
}

/** A number, a BigInt or `torch.float(…)`. */
export function putScalar(at: number, value: Scalar): number {
  frame[at] = scalarSlot(at, value);
  return at + 1;
}

/** A scalar or none. */
export function putOptionalScalar(at: number, value: Scalar | null | undefined): number {
  if (value === null || value === undefined) {
    frame[at] = 0;
    return at + 1;
  }
  frame[at] = 1;
  return putScalar(at + 1, value);
}

/** A list of scalars. */
export function putScalars(at: number, values: readonly Scalar[]): number {
  at = putLength(at, values, "numbers");
  for (const value of values) at = putScalar(at, value);
  return at;
}

/** A boolean or none. */
export function putOptionalBool(at: number, value: boolean | null | undefined): number {
  return putOptional(at, value === null || value === undefined ? value : value ? 1 : 0);
}

/** A list of booleans. */
export function putBools(at: number, values: readonly boolean[]): number {
  at = putLength(at, values, "booleans");
  for (const value of values) frame[at++] = value ? 1 : 0;
  return at;
}

/** A dtype or none. */
export function putDType(at: number, dtype: DType | null | undefined): number {
  return putOptional(at, dtype === null || dtype === undefined ? undefined : dtypeCode(dtype));
}

/** A device or none. */
export function putDevice(at: number, device: Device | null | undefined): number {
  return putOptional(at, device === null || device === undefined ? undefined : deviceCode(device));
}

/** A memory format or none. */
export function putMemoryFormat(at: number, format: MemoryFormat | null | undefined): number {
  return putOptional(
    at,
    format === null || format === undefined ? undefined : memoryFormatCode(format),
  );
}

/** A list of tensors. */
export function putTensors(at: number, tensors: readonly TensorCore[]): number {
  at = putLength(at, tensors, "tensors");
  const length = tensors.length;
  for (let i = 0; i < length; i++) {
    const handle: number | undefined = tensors[i]?.[HANDLE];
    if (handle === undefined) wrongElement(i, tensors, "tensor");
    frame[at++] = handle;
  }
  return at;
}

/** A string; an operator has at most one. */
export function putString(at: number, value: string): number {
  if (typeof value !== "string") {
    throw new ArgumentError(
      `An argument should be a string, got ${value === null ? "null" : typeof value}.`,
    );
  }
  frame[at] = writeText(value);
  return at + 1;
}

/** A string or none. */
export function putOptionalString(at: number, value: string | null | undefined): number {
  if (value === null || value === undefined) {
    frame[at] = 0;
    return at + 1;
  }
  frame[at] = 1;
  return putString(at + 1, value);
}
