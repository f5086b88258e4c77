/**
 * A tensor as a file has it: where its bytes lie and how they are arranged. Every claim is checked before
 * libtorch hears of it.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { ByteSource } from "./bytes.ts";
import { type StoredDType, storedDTypes } from "./dtypes.ts";
import type { Bad } from "./file_reader.ts";

/** How a tensor lies in its storage. */
export interface Arrangement {
  /** Its element type. */
  readonly dtype: StoredDType;
  /** Its shape. */
  readonly shape: readonly number[];
  /** How many elements lie between neighbours of every dimension. */
  readonly strides: readonly number[];
  /** Its first element's place in the storage, in elements. */
  readonly offset: number;
}

/** A tensor that can be read. */
export interface StoredTensor extends Arrangement {
  /** What holds its storage. */
  readonly source: ByteSource;
  /** The storage's first byte in there. */
  readonly begin: number;
}

/** libtorch goes up to 64 in places. */
const mostDimensions = 64;

/** A tensor that repeats its elements may have so many; others have no more than their storage. */
const mostRepeated = 2 ** 24;

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

/** Refuses an arrangement that leaves a storage of `bytes` bytes or stands for more than it holds. */
export function checkArrangement(tensor: Arrangement, bytes: number, bad: Bad): void {
  const { dtype, shape, strides, offset } = tensor;
  const size = storedDTypes[dtype].bytes;
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

/** A tensor of the stored one's bytes: the file's own pages, or a copy where the bytes are not aligned. */
export function materialize(stored: StoredTensor): Tensor {
  return torch.scope(() => viewOf(stored));
}

/** {@linkcode materialize} for callers with a scope of their own, which the tensors on the way are left to. */
export function viewOf(stored: StoredTensor): Tensor {
  const { dtype, shape, strides, offset, source, begin } = stored;
  const { code, bytes: size } = storedDTypes[dtype];
  if (shape.includes(0)) {
    return torch.call("aten::empty.memory_format", [...shape], { dtype: code }) as Tensor;
  }
  const first = begin + offset * size;
  const flat = elements(source.view(first, first + spanOf(stored) * size), dtype, first);
  return isContiguous(stored)
    ? flat.view([...shape])
    : torch.call("aten::as_strided", flat, [...shape], [...strides]) as Tensor;
}

/** Bytes that lie at `place` in their source, as elements. */
export function elements(bytes: Tensor, dtype: StoredDType, place: number): Tensor {
  const { code, bytes: size } = storedDTypes[dtype];
  const aligned = place % size === 0 ? bytes : bytes.clone();
  return torch.call("aten::view.dtype", aligned, code) as Tensor;
}
