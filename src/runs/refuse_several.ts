/**
 * What one process does, and several do not.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { peers } from "../nn/sharers.ts";
import { isLaunched } from "../torch/distributed/mod.ts";

/**
 * Refuses to do in several processes what is done in one.
 *
 * @throws {ArgumentError} if there are several.
 */
export function refuseSeveral(what: string): void {
  if (peers() === null && !isLaunched()) return;
  throw new ArgumentError(
    `${what} is done by one process, and this is one of several (WORLD_SIZE): start it without a launcher. What several ` +
      "processes do together is train, distill and store fill, and runs.run in a script.",
  );
}
