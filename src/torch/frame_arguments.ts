/**
 * Writes the arguments that take more than one slot into the frame; each function takes the place
 * to write at and returns the next.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import { lookUp } from "../lookup.ts";
import { frame, writeText } from "../../ffi/native.ts";
import { HANDLE, type TensorCore } from "./core.ts";
import { type Device, deviceCode } from "./device.ts";
import { type DType, dtypeCode } from "./dtype.ts";
import { type Scalar, scalarSlot } from "./scalar.ts";

/** How a tensor's elements lie in memory. */
export type MemoryFormat = "contiguous" | "preserve" | "channelsLast" | "channelsLast3d";

const memoryFormats: Record<MemoryFormat, number> = {
  contiguous: 0,
  preserve: 1,
  channelsLast: 2,
  channelsLast3d: 3,
};

/** How a loss of many elements becomes one number. libtorch's own numbers for it, 0, 1 and 2, do, too. */
export type Reduction = "none" | "mean" | "sum" | number;

const reductions = { none: 0, mean: 1, sum: 2 };

/** libtorch's number for a reduction. */
export function reductionCode(reduction: Reduction): number {
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

function checkList(values: unknown, what: string): void {
  if (Array.isArray(values)) return;
  throw new ArgumentError(
    `An argument should be an array of ${what}, got ${values === null ? "null" : typeof values}.`,
  );
}

/** A list of numbers. */
export function putNumbers(at: number, values: readonly number[]): number {
  checkList(values, "numbers");
  const length = values.length;
  frame[at++] = length;
  for (let i = 0; i < length; i++) frame[at++] = values[i];
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
  checkList(values, "numbers");
  frame[at++] = values.length;
  for (const value of values) at = putScalar(at, value);
  return at;
}

/** A boolean or none. */
export function putOptionalBool(at: number, value: boolean | null | undefined): number {
  return putOptional(at, value === null || value === undefined ? value : value ? 1 : 0);
}

/** A list of booleans. */
export function putBools(at: number, values: readonly boolean[]): number {
  checkList(values, "booleans");
  frame[at++] = values.length;
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
  checkList(tensors, "tensors");
  const length = tensors.length;
  frame[at++] = length;
  for (let i = 0; i < length; i++) frame[at++] = tensors[i]?.[HANDLE];
  return at;
}

/** A list of tensors with gaps. */
export function putOptionalTensors(
  at: number,
  tensors: readonly (TensorCore | null | undefined)[],
): number {
  checkList(tensors, "tensors");
  frame[at++] = tensors.length;
  for (const tensor of tensors) {
    frame[at++] = tensor === null || tensor === undefined ? 0 : tensor[HANDLE];
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
