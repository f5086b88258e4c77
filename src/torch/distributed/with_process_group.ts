/**
 * A piece of work in a group of processes.
 *
 * @module
 */

import { DistributedError } from "../../base/errors.ts";
import { initProcessGroup, type ProcessGroupOptions } from "./init_process_group.ts";
import type { ProcessGroup } from "./process_group.ts";

/**
 * Joins the processes that were started together, works, and leaves: if the work fails here, the others hear why, and throw an
 * error that says so.
 *
 * @throws {DistributedError} as {@linkcode initProcessGroup} does, and where another process failed, is gone or does not
 * answer; else what `work` throws.
 */
export async function withProcessGroup<T>(
  options: ProcessGroupOptions,
  work: (group: ProcessGroup) => T | Promise<T>,
): Promise<T> {
  using group = initProcessGroup(options);
  try {
    return await work(group);
  } catch (error) {
    // One that names a rank was explained, or all processes have found it.
    if (error instanceof DistributedError) throw error.rank === null ? group.explain(error) : error;
    group.fail(error);
    throw error;
  }
}
