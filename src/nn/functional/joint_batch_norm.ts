/**
 * Batch normalization by statistics of several processes' batches.
 *
 * @module
 */

import { noGrad } from "../../torch/backward.ts";
import { batchNormOf } from "../../torch/distributed/batch_norm.ts";
import type { ProcessGroup } from "../../torch/distributed/mod.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";

/** What a batch norm holds. */
export interface JointBatchNormParts {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  /** How far the running statistics move. */
  readonly momentum: number;
  readonly eps: number;
  /** Whose batches are one. */
  readonly group: ProcessGroup;
}

/**
 * What `torch.batchNorm` computes in training of the batches of all processes put together, for this process's part of it
 * (B, C, *). Gradients are those of the sum of what all processes make of it. One exchange of 2 C + 1 numbers, and one of the sums
 * that its gradients need; half precision is computed in float32.
 */
export function jointBatchNorm(input: Tensor, parts: JointBatchNormParts): Tensor {
  const { weight, bias, eps, group } = parts;
  return scope(() => {
    const { dtype } = input;
    const wide = dtype === "float16" || dtype === "bfloat16" ? input.to("float32") : input;
    const as = (part: Tensor | null) =>
      part === null || part.dtype === wide.dtype ? part : part.to(wide.dtype);
    const [made, statistics] = batchNormOf(wide, {
      weight: as(weight),
      bias: as(bias),
      eps,
      group,
    });
    noGrad(() => moveRunning(parts, statistics));
    return made.dtype === dtype ? made : made.to(dtype);
  });
}

/** Moves the running statistics towards those of all processes, the variance by all values but one. */
function moveRunning(
  { runningMean, runningVar, momentum }: JointBatchNormParts,
  statistics: Tensor,
): void {
  const channels = (statistics.size(0) - 1) / 2;
  const count = statistics.narrow(0, 2 * channels, 1);
  const move = (running: Tensor | null, towards: Tensor) =>
    running?.mul_(1 - momentum).add_(towards.to(running.dtype), { alpha: momentum });
  move(runningMean, statistics.narrow(0, 0, channels));
  move(runningVar, statistics.narrow(0, channels, channels).mul(count.div(count.sub(1))));
}
