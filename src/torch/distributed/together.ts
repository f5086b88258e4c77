/**
 * Calls that all processes make.
 *
 * @module
 */

import { DistributedError } from "../../base/errors.ts";
import type { ProcessGroup } from "./process_group.ts";

/**
 * Makes the same call as all other processes; what goes wrong in it is explained.
 *
 * @throws {DistributedError} naming who is to blame.
 */
export function together<T>(group: ProcessGroup, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DistributedError ? group.explain(error) : error;
  }
}
