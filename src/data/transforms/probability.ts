/**
 * Probabilities.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/** Refuses what is not a probability. */
export function checkProbability(p: number, what: string): void {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`${what}: p is a probability from 0 to 1, got ${p}.`);
  }
}
