/**
 * Which group a call is made in.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { ProcessGroup } from "./process_group.ts";

/**
 * The group that is meant: the one given, or the current one.
 *
 * @throws {ArgumentError} if there is none.
 */
export function groupOf(group?: ProcessGroup): ProcessGroup {
  const found = group ?? ProcessGroup.current;
  if (found?.isOpen) return found;
  throw new ArgumentError(
    found === undefined
      ? "There is no process group: call torch.distributed.initProcessGroup() first."
      : "The process group has ended; nothing can be sent in it any more.",
  );
}
