/**
 * Watching the operators that multiply and add: what counts a model's work.
 *
 * @module
 */

import type { TensorCore } from "./tensor_core.ts";

/** The operators of one result whose work is sums of products. Their callers look for a watcher. */
export const products: ReadonlySet<string> = new Set([
  "aten::addbmm",
  "aten::addmm",
  "aten::addmm_",
  "aten::addmv",
  "aten::addmv_",
  "aten::baddbmm",
  "aten::baddbmm_",
  "aten::bilinear",
  "aten::bmm",
  "aten::conv1d",
  "aten::conv1d.padding",
  "aten::conv2d",
  "aten::conv2d.padding",
  "aten::conv3d",
  "aten::conv3d.padding",
  "aten::conv_transpose1d",
  "aten::conv_transpose2d.input",
  "aten::conv_transpose3d.input",
  "aten::dot",
  "aten::einsum",
  "aten::linalg_matmul",
  "aten::linear",
  "aten::matmul",
  "aten::mm",
  "aten::mv",
  "aten::scaled_dot_product_attention",
  "aten::tensordot",
  "aten::vdot",
]);

/** Whether a watcher is told an argument, by its letter in the frame: tensors, lists of them or of numbers, texts. */
export function isOperand(kind: string): boolean {
  return "TtLAH".includes(kind);
}

/** Is told an operator of {@linkcode products}, its result, and those of its arguments that are operands. */
export type ProductWatcher = (
  operator: string,
  result: TensorCore,
  operands: readonly unknown[],
) => void;

/** Who is told of products now, if anyone. */
export let watcher: ProductWatcher | null = null;

/** Runs `body`, which is synchronous, and tells `watch` of every operator of {@linkcode products} that is called. */
export function watchProducts<R>(watch: ProductWatcher, body: () => R): R {
  const before = watcher;
  watcher = watch;
  try {
    return body();
  } finally {
    watcher = before;
  }
}
