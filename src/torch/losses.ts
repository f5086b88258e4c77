/**
 * Losses whose operators alone take less than PyTorch's functions of that name.
 *
 * @module
 */

import type { Reduction } from "./argument_types.ts";
import { call } from "./call.ts";
import { reductionCode } from "./frame_arguments.ts";
import { nllLossNd } from "./operators.gen.ts";
import type { Tensor } from "./tensor.ts";

/**
 * t · (log t - input): the input is log-probabilities, the target probabilities (or logs with `logTarget`).
 * `"batchmean"` is the sum divided by the size of the first dimension: the divergence of mathematics.
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  reduction: Reduction | number | "batchmean" = "mean",
  options?: { logTarget?: boolean },
): Tensor {
  const divergences = (reduced: Reduction | number) =>
    call("aten::kl_div", input, target, reductionCode(reduced), {
      log_target: options?.logTarget ?? false,
    }) as Tensor;
  if (reduction !== "batchmean") return divergences(reduction);
  using total = divergences("sum");
  return total.div(input.shape[0] ?? 1);
}

/** The negative of the log-probabilities (B, C, …) at the target classes (B, …), or of (C) at one class. */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  weight?: Tensor | null,
  reduction?: Reduction | number,
  ignoreIndex?: number,
): Tensor {
  return nllLossNd(input, target, weight, reduction, ignoreIndex);
}
