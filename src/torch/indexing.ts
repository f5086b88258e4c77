/**
 * Parts of tensors, as `x[…]` in PyTorch.
 *
 * @module
 */

import { ArgumentError, IndexError } from "../base/errors.ts";
import { type Argument, call } from "./call.ts";
import { describeValue, handleOf } from "./core.ts";
import { TensorCore } from "./tensor_core.ts";
import { tensor } from "./creation.ts";
import { isComplex, isFloatingPoint } from "./dtype.ts";
import type { Scalar } from "./scalar.ts";
import { checkExact, isScalar } from "./scalar_slots.ts";
import type { Tensor } from "./tensor.ts";
import { waiting } from "./waits.ts";
import { type Index, Slice } from "./slice.ts";

/** The parts of an index that are views, applied, and the tensors that pick elements of the result. */
interface Viewed {
  view: Tensor;
  picks: (Tensor | null)[];
  /** What was made on the way and is of no use afterwards. */
  temporary: Tensor[];
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}

function applyViews(source: Tensor, at: readonly Index[], temporary: Tensor[]): Viewed {
  const taken = at.reduce<number>((sum, part) => {
    if (part === null || part === "...") return sum;
    return sum + (part instanceof TensorCore && part.dtype === "bool" ? part.ndim : 1);
  }, 0);
  const dims = source.ndim;
  if (taken > dims) {
    throw new IndexError(`${taken} indices are too many for a tensor of ${dims} dimensions.`);
  }
  if (at.filter((part) => part === "...").length > 1) {
    throw new ArgumentError('An index has "..." at most once.');
  }
  let current: Tensor = source;
  let dim = 0;
  let picking = false;
  const picks: (Tensor | null)[] = [];
  const next = (name: string, ...args: Argument[]) => {
    if (current !== source) temporary.push(current);
    current = call(name, current, dim, ...args) as Tensor;
  };
  for (const part of at) {
    if (typeof part === "number") {
      next("aten::select.int", part);
    } else if (part === null) {
      next("aten::unsqueeze");
      picks.push(null);
      dim++;
    } else if (part === "...") {
      const full = dims - taken;
      for (let i = 0; i < full; i++) picks.push(null);
      dim += full;
    } else if (part instanceof Slice) {
      if (part.start != null || part.end != null || part.step !== 1) {
        next("aten::slice.Tensor", part.start, part.end, part.step);
      }
      picks.push(null);
      dim++;
    } else if (part instanceof TensorCore || Array.isArray(part)) {
      const pick = part instanceof TensorCore ? part as Tensor : picked(part, source, temporary);
      picks.push(pick);
      picking = true;
      dim += pick.dtype === "bool" ? pick.ndim : 1;
    } else {
      throw new ArgumentError(
        `A part of an index is a number, a slice, null, "...", a tensor or an array of numbers, got ${
          typeof part === "string" ? JSON.stringify(part) : describeValue(part)
        }.`,
      );
    }
  }
  return { view: current, picks: picking ? picks : [], temporary };
}

function picked(numbers: readonly number[], source: Tensor, temporary: Tensor[]): Tensor {
  // Not find(): what it finds may be undefined, as what it does not find is.
  const place = numbers.findIndex((n) => !Number.isInteger(n));
  if (place >= 0) {
    const wrong: unknown = numbers[place];
    throw new ArgumentError(
      `An index is a whole number, got ${
        typeof wrong === "number" ? wrong : describeValue(wrong)
      } at place ${place}.`,
    );
  }
  const made = tensor([...numbers], { dtype: "int64", device: source.device });
  temporary.push(made);
  return made;
}

/** Tells who watches that a mask, or indices of the processor, are waited for. */
function notePicks(source: Tensor, picks: readonly (Tensor | null)[]): void {
  if (waiting === null) return;
  const { device } = source;
  const waits = picks.some((pick) =>
    pick !== null && (["bool", "uint8"].includes(pick.dtype) || pick.device !== device)
  );
  if (waits) waiting("index", [source]);
}

/** `source[at]`. */
export function indexTensor(source: Tensor, at: readonly Index[]): Tensor {
  const temporary: Tensor[] = [];
  try {
    const { view, picks } = applyViews(source, at, temporary);
    if (picks.length > 0) {
      notePicks(source, picks);
      if (view !== source) temporary.push(view);
      return call("aten::index.Tensor", view, picks) as Tensor;
    }
    return view === source ? call("aten::alias", source) as Tensor : view;
  } finally {
    dispose(temporary);
  }
}

/** `source[at] = value`. */
export function indexPut(
  source: Tensor,
  at: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
): void {
  const temporary: Tensor[] = [];
  try {
    const { view, picks } = applyViews(source, at, temporary);
    if (view !== source) temporary.push(view);
    let values = value as Tensor;
    if (isScalar(value)) {
      if (!isFloatingPoint(source.dtype) && !isComplex(source.dtype)) checkExact(value);
      values = tensor(typeof value === "object" ? value.value : value, {
        dtype: source.dtype,
        device: source.device,
      });
      temporary.push(values);
    } else handleOf(values); // what is no tensor is an error here, where it has a name
    if (picks.length > 0) {
      notePicks(source, picks);
      call("aten::index_put_", view, picks, values, accumulate);
    } else if (accumulate) call("aten::add_.Tensor", view, values);
    else call("aten::copy_", view, values);
  } finally {
    dispose(temporary);
  }
}
