/**
 * What options of schedules have to be.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Scheduled } from "./scheduled.ts";

/** Checks that a count of steps is a whole number of at least `least`. */
export function checkSteps(schedule: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError(
      `${schedule}: ${name} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}

/** An option that is one number for all groups, or one for each: always one for each. */
export function forGroups<T>(
  schedule: string,
  name: string,
  value: T | readonly T[],
  { paramGroups }: Scheduled,
  what = "rates",
): readonly T[] {
  const count = paramGroups.length;
  const values = Array.isArray(value) ? [...value] : new Array<T>(count).fill(value as T);
  if (values.length !== count) {
    throw new ArgumentError(
      `${schedule}: ${count} groups need ${count} ${what}, got ${values.length} as ${name}.`,
    );
  }
  return values;
}
