/** What is common to all that shows which classes are taken for which. @module */

import { ArgumentError } from "../base/errors.ts";

/** The sum of a row. */
export function totalOf(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}

/** Refuses counts that are no square of counts. */
export function checkCounts(counts: readonly (readonly number[])[], classes: number): void {
  const bad = counts.find((row) => row.length !== classes);
  if (counts.length !== classes || bad) {
    throw new ArgumentError(
      `Confusion: ${classes} classes need ${classes} rows of as many counts; got ${counts.length} rows` +
        `${bad ? `, one of ${bad.length}` : ""}. Give the counts and the names of one evaluation.`,
    );
  }
  for (const row of counts) {
    for (const count of row) {
      if (Number.isFinite(count) && count >= 0) continue;
      throw new ArgumentError(`Confusion: a count is ${count}; give numbers of images.`);
    }
  }
}
