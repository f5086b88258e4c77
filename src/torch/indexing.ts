/**
 * Parts of tensors, as `x[…]` in PyTorch.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import { call } from "./call.ts";
import { TensorCore } from "./core.ts";
import { tensor } from "./creation.ts";
import type { Tensor } from "./tensor.ts";

/** A range of one dimension: from `start` up to `end`, every `step`-th element. */
export class Slice {
  /** See {@linkcode slice}. */
  constructor(
    /** The first element; negative ones count from the end. */
    readonly start?: number | null,
    /** The element after the last. */
    readonly end?: number | null,
    /** The distance between elements, at least 1. */
    readonly step: number = 1,
  ) {}
}

/** One part of an index; see `Tensor.index`. */
export type Index = number | Slice | Tensor | readonly number[] | null | "...";

/** A range of a dimension, as `start:end:step` in PyTorch; all of it without arguments. */
export function slice(start?: number | null, end?: number | null, step = 1): Slice {
  return new Slice(start, end, step);
}

/** Applies the parts of an index that are views, and returns the tensors that pick elements. */
function view(source: Tensor, at: readonly Index[]): { view: Tensor; picks: (Tensor | null)[] } {
  const taken = at.reduce<number>((sum, part) => {
    if (part === null || part === "...") return sum;
    return sum + (part instanceof TensorCore && part.dtype === "bool" ? part.ndim : 1);
  }, 0);
  const dims = source.ndim;
  if (taken > dims) {
    throw new ArgumentError(`${taken} indices are too many for a tensor of ${dims} dimensions.`);
  }
  let current: Tensor = source;
  let dim = 0;
  let picking = false;
  const picks: (Tensor | null)[] = [];
  for (const part of at) {
    if (typeof part === "number") {
      current = call("aten::select.int", current, dim, part) as Tensor;
    } else if (part === null) {
      current = call("aten::unsqueeze", current, dim) as Tensor;
      picks.push(null);
      dim++;
    } else if (part === "...") {
      const full = dims - taken;
      for (let i = 0; i < full; i++) picks.push(null);
      dim += full;
    } else if (part instanceof Slice) {
      if (part.start != null || part.end != null || part.step !== 1) {
        current = call(
          "aten::slice.Tensor",
          current,
          dim,
          part.start,
          part.end,
          part.step,
        ) as Tensor;
      }
      picks.push(null);
      dim++;
    } else {
      const pick = part instanceof TensorCore
        ? part as Tensor
        : tensor([...part as readonly number[]], { dtype: "int64", device: source.device });
      picks.push(pick);
      picking = true;
      dim += pick.dtype === "bool" ? pick.ndim : 1;
    }
  }
  return { view: current, picks: picking ? picks : [] };
}

/** `source[at]`. */
export function indexTensor(source: Tensor, at: readonly Index[]): Tensor {
  const { view: part, picks } = view(source, at);
  if (picks.length > 0) return call("aten::index.Tensor", part, picks) as Tensor;
  return part === source ? call("aten::alias", source) as Tensor : part;
}

/** `source[at] = value`. */
export function indexPut(
  source: Tensor,
  at: readonly Index[],
  value: Tensor | number,
  accumulate: boolean,
): void {
  const { view: part, picks } = view(source, at);
  const values = typeof value === "number"
    ? tensor(value, { dtype: source.dtype, device: source.device })
    : value;
  if (picks.length > 0) call("aten::index_put_", part, picks, values, accumulate);
  else if (accumulate) call("aten::add_.Tensor", part, values);
  else call("aten::copy_", part, values);
}
