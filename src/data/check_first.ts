/**
 * From which batch an epoch goes on.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** Where an epoch of `length` batches begins. */
export function checkFirst(from: number | undefined, length: number): number {
  const first = from ?? 0;
  if (!Number.isInteger(first) || first < 0 || first > length) {
    throw new ArgumentError(
      `An epoch of ${length} batches cannot begin at ${first}; from is a whole number from 0 to that.`,
    );
  }
  return first;
}
