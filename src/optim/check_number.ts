/**
 * What options of optimizers have to be.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/**
 * Checks that an option is a finite number of at least 0.
 *
 * @throws {ArgumentError} if not.
 */
export function checkNonNegative(optimizer: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new ArgumentError(`${optimizer}: ${name} must be a number of at least 0, got ${value}.`);
  }
}
