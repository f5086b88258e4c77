/**
 * How much padding a pooling window can have.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * Checks that a window holds more than padding.
 *
 * @param what What padding is at most half of: `kernelSize`.
 * @throws {ArgumentError} if not.
 */
export function checkPadding(
  layer: string,
  what: string,
  reach: readonly number[],
  padding: readonly number[],
): void {
  if (padding.every((size, i) => size <= reach[i] / 2)) return;
  throw new ArgumentError(
    `${layer}: padding must be at most half of ${what} [${reach.join(", ")}], got [${
      padding.join(", ")
    }].`,
  );
}
