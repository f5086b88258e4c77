/**
 * A run in several processes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
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

/**
 * Refuses to do in several processes what is done in one.
 *
 * @throws {ArgumentError} if there are several.
 */
export function refuseSeveral(what: string): void {
  if ((ProcessGroup.current?.size ?? 1) === 1 && !isLaunched()) return;
  throw new ArgumentError(
    `${what} is done by one process, and this is one of several (WORLD_SIZE): start it without a launcher. What several ` +
      "processes do together is train, distill and store fill, and runs.run in a script.",
  );
}
