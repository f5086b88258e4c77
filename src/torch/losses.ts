/**
 * Losses whose operators alone take less than PyTorch's functions of that name.
 *
 * @module
 */

import type { Reduction } from "./frame_arguments.ts";
import { klDiv as divergences, nllLossNd } from "./operators.gen.ts";
import type { Tensor } from "./tensor.ts";

/**
 * t · (log t - input): the input is log-probabilities, the target probabilities (or logs with `logTarget`).
 * `"batchmean"` is the sum divided by the size of the first dimension: the divergence of mathematics.
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  reduction: Reduction | "batchmean" = "mean",
  options?: { logTarget?: boolean },
): Tensor {
  if (reduction !== "batchmean") return divergences(input, target, reduction, options);
  using total = divergences(input, target, "sum", options);
  return total.div(input.shape[0] ?? 1);
}

/** The negative of the log-probabilities (B, C, …) at the target classes (B, …), or of (C) at one class. */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null,
  reduction?: Reduction,
  ignoreIndex?: number,
): Tensor {
  return nllLossNd(input, target, weight, reduction, ignoreIndex);
}
