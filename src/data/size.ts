/**
 * Rows and columns.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** Rows and columns from a number (square) or a pair. */
export function toSize(size: number | readonly [number, number], what: string): [number, number] {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  for (const length of [height, width]) {
    if (!Number.isSafeInteger(length) || length < 1) {
      throw new ArgumentError(`${what}: a size is a whole number of at least 1, got ${length}.`);
    }
  }
  return [height, width];
}
