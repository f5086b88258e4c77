/**
 * Accuracies from counts.
 *
 * @module
 */

import type { Accuracy, ClassRange } from "./accuracy_types.ts";

/** The accuracies, given for each class how many of its images there were, and how many of them were right. */
export function accuracyOf(
  right: Float64Array,
  seen: Float64Array,
  ranges: readonly ClassRange[],
): Accuracy {
  const byClass = Array.from(seen, (n, i) => right[i] / n);
  const byDataset = Object.fromEntries(
    ranges.map(({ name, from, to }) => [
      name,
      sum(right.subarray(from, to)) / sum(seen.subarray(from, to)),
    ]),
  );
  return {
    overall: sum(right) / sum(seen),
    byClass,
    meanByClass: meanOfKnown(byClass),
    byDataset,
    meanByDataset: meanOfKnown(Object.values(byDataset)),
    count: sum(seen),
    countByClass: Array.from(seen),
  };
}

/** The mean of the shares that there are; NaN if there are none. */
export function meanOfKnown(shares: readonly number[]): number {
  const known = shares.filter((share) => !Number.isNaN(share));
  return known.reduce((a, b) => a + b, 0) / known.length;
}

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
