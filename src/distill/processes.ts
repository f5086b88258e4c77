/**
 * What processes that share a batch have to tell each other.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Share } from "../data/share.ts";
import { peers } from "../nn/sharers.ts";
import type { Shelf } from "../teachers/shelf.ts";
import { noGrad } from "../torch/backward.ts";
import {
  allGather,
  allGatherObject,
  allGatherWithGrad,
  allReduce,
  type ProcessGroup,
} from "../torch/distributed/mod.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * The processes that share a batch; null for a whole one.
 *
 * @throws {ArgumentError} if they are not those that train together.
 */
export function sharersOf(share: Share | null): ProcessGroup | null {
  if (share === null || share.size === 1) return null;
  const group = peers();
  if (group?.size === share.size && group.rank === share.rank) return group;
  throw new ArgumentError(
    `The batch is the part of process ${share.rank} of ${share.size}, and this is ${
      group === null ? "one process alone" : `process ${group.rank} of ${group.size}`
    }: share the loader as { rank: getRank(), size: getWorldSize() } of torch.distributed, or not at all.`,
  );
}

/**
 * Tensors with a row for each image of this process (B, …) as those of all processes, one after the other. Where gradients
 * are recorded, each process gets the sum of what all make of its rows. One exchange, if all are of one dtype.
 */
export function gatherRows(parts: readonly Tensor[], group: ProcessGroup): Tensor[] {
  const isOne = parts.every(({ dtype, requiresGrad }) =>
    dtype === parts[0].dtype && requiresGrad === parts[0].requiresGrad
  );
  if (!isOne) return parts.flatMap((part) => gatherAlike([part], group));
  return gatherAlike(parts, group);
}

function gatherAlike(parts: readonly Tensor[], group: ProcessGroup): Tensor[] {
  return scope(() => {
    const flat = parts.map((part) => part.flatten(1));
    const joined = (flat.length === 1 ? flat[0] : cat(flat, 1)).contiguous();
    const all = joined.requiresGrad
      ? allGatherWithGrad(joined, { group })
      : allGather(joined, { group });
    let from = 0;
    return parts.map((part, i) => {
      const width = flat[i].size(1);
      from += width;
      const own = flat.length === 1 ? all : all.narrow(1, from - width, width);
      return own.reshape([-1, ...part.shape.slice(1)]);
    });
  });
}

/** The mean over processes of a tensor that each has, without a graph. */
export function meanOver(value: Tensor, group: ProcessGroup): Tensor {
  return noGrad(() =>
    scope(() => {
      const own = value.isFloatingPoint() ? value.detach().clone() : value.to("float64");
      return allReduce(own, { op: "sum", group }).div(group.size);
    })
  );
}

/** Mean and variance, not corrected, over dimension 1 of what all processes that share a batch have as many rows of. */
export function varMeanOver(
  features: Tensor,
  group: ProcessGroup | null,
): [variance: Tensor, mean: Tensor] {
  const [variance, mean] = features.varMean(1, { correction: 0, keepdim: true });
  if (group === null) return [variance, mean];
  // Each about its own mean, so that no digits are lost (Chan et al. 1983).
  const [means, variances] = gatherRows([mean.unsqueeze(0), variance.unsqueeze(0)], group);
  const whole = means.mean(0);
  return [variances.mean(0).add(means.sub(whole).square().mean(0)), whole];
}

/** Whether something holds in all processes. */
export function inAll(holds: boolean, group: ProcessGroup | null): boolean {
  return group === null ? holds : allGatherObject(holds, { group }).every(Boolean);
}

/**
 * Leaves out in all processes who was left out in one, so that all learn from the same teachers. Does nothing where failing
 * teachers end the run.
 */
export function leaveOutTogether(shelf: Shelf, group: ProcessGroup | null): void {
  if (group === null || shelf.onFailure !== "leaveOut") return;
  const all = allGatherObject([...shelf.leftOut.keys()], { group }) as string[][];
  all.forEach((names, rank) => {
    for (const name of names) shelf.leaveOut(name, `it failed in process ${rank}`);
  });
}
