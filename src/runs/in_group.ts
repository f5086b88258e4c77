/**
 * A run in several processes.
 *
 * @module
 */

import { quietly } from "../base/progress.ts";
import { isLaunched, ProcessGroup, withProcessGroup } from "../torch/distributed/mod.ts";

/**
 * Works with the processes that were started together, as by `apprentice launch` or torchrun; alone where there are none, and
 * in the group that is there already where there is one. Of several, rank 0 speaks for all.
 *
 * @throws {DistributedError} where another process failed, is gone or does not answer; else what `work` throws.
 */
export async function inGroup<T>(work: () => Promise<T>): Promise<T> {
  if (ProcessGroup.current !== undefined || !isLaunched()) return await work();
  return await withProcessGroup({}, async ({ rank }) => {
    using _ = rank === 0 ? undefined : quietly();
    return await work();
  });
}
