/**
 * Which processes share the batch at hand.
 *
 * @module
 */

import { ProcessGroup } from "../torch/distributed/mod.ts";

let present: ProcessGroup | null | undefined;

/** Sets who shares the batch at hand; `withSharers` does it. Returns who did before. */
export function setSharers(
  group: ProcessGroup | null | undefined,
): ProcessGroup | null | undefined {
  const before = present;
  present = group;
  return before;
}

/** The processes that share the batch at hand; null for a whole batch, undefined outside of `withSharers`. */
export function sharers(): ProcessGroup | null | undefined {
  return present;
}

/** The processes that train together; null where there is one. */
export function peers(): ProcessGroup | null {
  const group = ProcessGroup.current;
  return group !== undefined && group.size > 1 ? group : null;
}
