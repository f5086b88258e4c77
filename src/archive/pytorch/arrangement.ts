/**
 * How tensors lie in storages. Every claim is checked before libtorch hears of it.
 *
 * @module
 */

import { type DType, dtypes } from "../../base/dtypes.ts";
import type { Bad } from "../file_reader.ts";

/** How a tensor lies in its storage. */
export interface Arrangement {
  /** The element type. */
  readonly dtype: DType;
  /** The tensor's shape. */
  readonly shape: readonly number[];
  /** How many elements lie between neighbors of every dimension. */
  readonly strides: readonly number[];
  /** The first element's place in the storage, in elements. */
  readonly offset: number;
}

/** libtorch goes up to 64 in places. */
const mostDimensions = 64;

/** A tensor that repeats its elements may have so many; others have no more than their storage. */
const usuallyRepeated = 2 ** 24;

/** The number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The strides of a shape whose elements lie in order, without gaps. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let next = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = next;
    next *= Math.max(shape[i], 1);
  }
  return strides;
}

/** Whether a tensor's elements lie in order, without gaps. */
export function isContiguous({ shape, strides }: Arrangement): boolean {
  const wanted = contiguousStrides(shape);
  return shape.includes(0) || shape.every((size, i) => size === 1 || strides[i] === wanted[i]);
}

/** The number of elements from the first that the tensor reaches to the last, both included. */
export function spanOf({ shape, strides }: Arrangement): number {
  return shape.includes(0) ? 0 : shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], 1);
}

/**
 * Refuses an arrangement that leaves a storage of `bytes` bytes, or that repeats it often: `mostRepeated` elements are
 * allowed in any case.
 */
export function checkArrangement(
  tensor: Arrangement,
  bytes: number,
  bad: Bad,
  mostRepeated: number = usuallyRepeated,
): void {
  const { dtype, shape, strides, offset } = tensor;
  const size = dtypes[dtype].bytes;
  const text = `the shape [${shape.slice(0, 8).join(", ")}], strides [${
    strides.slice(0, 8).join(", ")
  }] and offset ${offset} of ${dtype}`;
  if (shape.length > mostDimensions) {
    bad(`a tensor has ${shape.length} dimensions; at most ${mostDimensions} are allowed`);
  }
  if (shape.length !== strides.length) bad(`a tensor's ${text} do not fit together`);
  // Sizes of 0 left out: libtorch multiplies the others all the same.
  const most = shape.reduce((a, b) => a * Math.max(b, 1), size);
  if (!Number.isSafeInteger(most)) bad(`a tensor has ${text}, which is too large`);
  const end = offset + spanOf(tensor);
  if (!Number.isSafeInteger(end * size) || end * size > bytes) {
    bad(`a tensor of ${text} leaves its storage of ${bytes} bytes`);
  }
  const count = countOf(shape);
  if (count > mostRepeated && count * size > bytes) {
    bad(`a tensor of ${text} repeats a storage of only ${bytes} bytes too often`);
  }
}
