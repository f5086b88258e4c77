/**
 * What the ends of a range have to be.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * Checks that a range has values.
 *
 * @throws {ArgumentError} if not.
 */
export function checkRange(name: string, minVal: number, maxVal: number): void {
  if (minVal <= maxVal) return;
  throw new ArgumentError(
    `${name}: minVal must not be above maxVal, got minVal ${minVal} and maxVal ${maxVal}.`,
  );
}
