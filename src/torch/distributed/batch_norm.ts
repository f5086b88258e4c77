/**
 * A batch norm over what all processes have together.
 *
 * @module
 */

import { check, context, frame, native } from "../../../ffi/native.ts";
import { handleOf, make } from "../core.ts";
import { HANDLE } from "../handle.ts";
import type { Tensor } from "../tensor.ts";
import type { ProcessGroup } from "./process_group.ts";
import { together } from "./together.ts";

/** What a batch norm takes beside its input. */
export interface BatchNormParts {
  /** The scale of each channel (C), of the input's dtype; none if null. */
  readonly weight: Tensor | null;
  /** The offset of each channel (C), of the input's dtype; none if null. */
  readonly bias: Tensor | null;
  /** What is added to the variance. */
  readonly eps: number;
  /** Whose batches are one. */
  readonly group: ProcessGroup;
}

/**
 * Normalizes this process's batch (B, C, ...) by mean and variance of all processes' batches. Gradients are those of the sum of
 * what all processes make of it; they have none of their own.
 *
 * @returns The normalized batch; and mean (C), variance of all values (C) and their number (1) in one row, without a graph.
 * @throws {DistributedError} as `allReduce` does.
 */
export function batchNormOf(
  input: Tensor,
  { weight, bias, eps, group }: BatchNormParts,
): [made: Tensor, statistics: Tensor] {
  const [scale, offset] = [weight, bias].map((part) => part === null ? 0 : handleOf(part));
  return together(group, () => {
    check(
      native.ap_group_batch_norm(context, group[HANDLE], handleOf(input), scale, offset, eps),
    );
    const [made, statistics] = [frame[0], frame[1]];
    return [make(made), make(statistics)];
  });
}
