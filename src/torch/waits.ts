/**
 * What makes the processor wait for a card, and who is told of it.
 *
 * @module
 */

import { TorchError } from "../base/errors.ts";
import type { TensorCore } from "./tensor_core.ts";

/**
 * The operators that read from a card what they computed there: results whose size depends on values, comparisons, and the
 * checks of decompositions. Their callers look for {@linkcode waiting}.
 */
export const waitingOperators: ReadonlySet<string> = new Set([
  "aten::_local_scalar_dense",
  "aten::_unique2",
  "aten::allclose",
  "aten::argwhere",
  "aten::bincount",
  "aten::combinations",
  "aten::copy_",
  "aten::equal",
  "aten::inverse",
  "aten::is_nonzero",
  "aten::item",
  "aten::linalg_cholesky",
  "aten::linalg_eig",
  "aten::linalg_eigh",
  "aten::linalg_eigvalsh",
  "aten::linalg_inv",
  "aten::linalg_lstsq",
  "aten::linalg_matrix_rank",
  "aten::linalg_pinv",
  "aten::linalg_solve",
  "aten::linalg_svd",
  "aten::linalg_svdvals",
  "aten::masked_select",
  "aten::multinomial",
  "aten::nonzero",
  "aten::nonzero_numpy",
  "aten::one_hot",
  "aten::repeat_interleave.Tensor",
  "aten::repeat_interleave.self_Tensor",
  "aten::unique_consecutive",
  "aten::unique_dim",
]);

/**
 * Is told of something that may wait.
 *
 * @param what The operator, or `item`, `data`, `synchronize`, `index`, `copy`.
 * @param operands The tensors it is about: that of a copy's result, then that of its source.
 * @param nonBlocking Whether a copy was asked not to wait.
 */
export type WaitWatcher = (
  what: string,
  operands: readonly (TensorCore | null | undefined)[],
  nonBlocking?: boolean,
) => void;

/** Who is told now, if anyone. */
export let waiting: WaitWatcher | null = null;

/** Whether a card's work is being recorded: what the processor sends then would be sent again at every replay. */
export let recording = false;

/** Runs `body`, which is synchronous, while a card's work is being recorded. */
export function whileRecording<R>(body: () => R): R {
  recording = true;
  try {
    return body();
  } finally {
    recording = false;
  }
}

/**
 * Refuses to send numbers to a card while its work is being recorded.
 *
 * @throws {TorchError} then.
 */
export function refuseWhileRecording(): void {
  if (!recording) return;
  throw new TorchError(
    "Numbers of the processor cannot be sent to a card while its work is being recorded: every replay would send the " +
      "memory where they were.",
  );
}

/** Sets who is told from now on, and returns who was told before. */
export function watchWaits(watch: WaitWatcher | null): WaitWatcher | null {
  const before = waiting;
  waiting = watch;
  return before;
}
