/**
 * A tensor as a file has it: where its bytes lie and how they are arranged.
 *
 * @module
 */

import { type Arrangement, isContiguous, spanOf } from "../archive/pytorch/arrangement.ts";
import { type DType, dtypes } from "../base/dtypes.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { ByteSource } from "./bytes.ts";

/** A tensor that can be read. */
export interface StoredTensor extends Arrangement {
  /** What holds its storage. */
  readonly source: ByteSource;
  /** The storage's first byte in there. */
  readonly begin: number;
}

/** A tensor of the stored one's bytes: the file's own pages, or a copy where the bytes are not aligned. */
export function materialize(stored: StoredTensor): Tensor {
  return torch.scope(() => viewOf(stored));
}

/** {@linkcode materialize} for callers with a scope of their own, which the tensors on the way are left to. */
export function viewOf(stored: StoredTensor): Tensor {
  const { dtype, shape, strides, offset, source, begin } = stored;
  const { code, bytes: size } = dtypes[dtype];
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
export function elements(bytes: Tensor, dtype: DType, place: number): Tensor {
  const { code, bytes: size } = dtypes[dtype];
  const aligned = place % size === 0 ? bytes : bytes.clone();
  return torch.call("aten::view.dtype", aligned, code) as Tensor;
}
