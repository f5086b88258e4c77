/**
 * Who this process is in its group.
 *
 * @module
 */

import { ProcessGroup } from "./process_group.ts";

/** Tells whether there is a process group that calls are made in. */
export function isInitialized(): boolean {
  return ProcessGroup.current !== undefined;
}

/** This process's number in its group, from 0; 0 where it works alone. */
export function getRank(group: ProcessGroup | undefined = ProcessGroup.current): number {
  return group?.rank ?? 0;
}

/** How many processes work together; 1 where this one works alone. */
export function getWorldSize(group: ProcessGroup | undefined = ProcessGroup.current): number {
  return group?.size ?? 1;
}

/** Leaves the group, once all others have come to leave it, too. */
export function destroyProcessGroup(group: ProcessGroup | undefined = ProcessGroup.current): void {
  group?.dispose();
}
