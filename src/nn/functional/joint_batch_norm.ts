/**
 * Batch normalization by statistics of several processes' batches.
 *
 * @module
 */

import { noGrad } from "../../torch/backward.ts";
import { full } from "../../torch/creation.ts";
import { allGatherWithGrad, type ProcessGroup } from "../../torch/distributed/mod.ts";
import { cat } from "../../torch/operators.gen.ts";
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

/** Mean and variance over the batches of all processes. */
interface JointStatistics {
  /** What each value is less its process's mean. */
  readonly centered: Tensor;
  /** The whole mean less this process's (C). */
  readonly shift: Tensor;
  /** The whole mean (C), without a graph. */
  readonly mean: Tensor;
  /** The whole variance (C), of all values and not of all but one. */
  readonly variance: Tensor;
  /** How many values a channel has (1). */
  readonly count: Tensor;
}

/**
 * What `torch.batchNorm` computes in training of the batches of all processes put together, for this process's part of it
 * (B, C, *). Gradients are those of the sum of what all processes make of it. One exchange of 2 C + 1 numbers, and one of their
 * gradients; half precision is computed in float32.
 */
export function jointBatchNorm(input: Tensor, parts: JointBatchNormParts): Tensor {
  const { weight, bias, eps } = parts;
  return scope(() => {
    const { dtype } = input;
    const wide = dtype === "float16" || dtype === "bfloat16" ? input.to("float32") : input;
    const found = jointStatistics(wide, parts.group);
    noGrad(() => moveRunning(parts, found));
    const as = (part: Tensor) => part.dtype === wide.dtype ? part : part.to(wide.dtype);
    const inverse = found.variance.add(eps).rsqrt();
    const scale = weight === null ? inverse : inverse.mul(as(weight));
    // What is centered already is not far from the whole mean: nothing is lost by taking both at once.
    const moved = found.shift.mul(scale).neg();
    const offset = bias === null ? moved : moved.add(as(bias));
    const shape = [1, -1, ...input.shape.slice(2).map(() => 1)];
    const made = offset.reshape(shape).addcmul(found.centered, scale.reshape(shape));
    return made.dtype === dtype ? made : made.to(dtype);
  });
}

/** Joins the statistics of all processes (Chan et al. 1983), each about its own mean, so that no digits are lost. */
function jointStatistics(input: Tensor, group: ProcessGroup): JointStatistics {
  const { shape, dtype, device } = input;
  const channels = shape[1];
  const over = shape.flatMap((_, i) => i === 1 ? [] : [i]);
  const values = input.numel / channels;
  // A process may have none.
  const share = 1 / Math.max(1, values);
  const mean = input.sum(over, true).mul(share);
  const centered = input.sub(mean);
  const variance = centered.square().sum(over).mul(share);
  const packed = cat([mean.flatten(), variance, full([1], values, { dtype, device })]);
  const all = allGatherWithGrad(packed.unsqueeze(0), { group });
  const [means, variances] = [all.narrow(1, 0, channels), all.narrow(1, channels, channels)];
  const counts = all.narrow(1, 2 * channels, 1).detach();
  const count = counts.sum(0);
  const weights = counts.div(count);
  const whole = means.mul(weights).sum(0);
  // Where the mean moves, the squares about it do not change.
  const apart = means.sub(whole.detach());
  return {
    centered,
    shift: whole.sub(mean.flatten()),
    mean: whole.detach(),
    variance: variances.add(apart.square()).mul(weights).sum(0),
    count,
  };
}

/** Moves the running statistics towards those of all processes, the variance by all values but one. */
function moveRunning(
  { runningMean, runningVar, momentum }: JointBatchNormParts,
  { mean, variance, count }: JointStatistics,
): void {
  const move = (running: Tensor | null, towards: Tensor) =>
    running?.mul_(1 - momentum).add_(towards.to(running.dtype), { alpha: momentum });
  move(runningMean, mean);
  move(runningVar, variance.detach().mul(count.div(count.sub(1))));
}
