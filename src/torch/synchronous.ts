/**
 * What holds while a function runs, and belongs to the thread.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** Passes the result of a synchronous function on: across an `await` a thread's modes would reach into other tasks. */
export function synchronous<R>(result: R, name: string): R {
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new ArgumentError(
      `torch.${name} takes a synchronous function; it would otherwise still be in force while other tasks run. ` +
        `Call it inside, around each part between two awaits.`,
    );
  }
  return result;
}
