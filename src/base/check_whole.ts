/**
 * Whole numbers.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";

/** Refuses what is not a whole number of at least 1. */
export function checkPositive(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ArgumentError(`${name} is a whole number of at least 1, got ${value}.`);
  }
}
