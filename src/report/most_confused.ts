/**
 * Which classes a model takes for which.
 *
 * @module
 */

import { checkCounts, totalOf } from "./confusion_counts.ts";

/** Images of one class that were taken for another. */
export interface ConfusedPair {
  /** The class that they are of, by its number. */
  truth: number;
  /** The class that they were taken for. */
  predicted: number;
  /** How many. */
  images: number;
  /** Which share of that class's images, 0 to 1. */
  share: number;
}

/**
 * The pairs of classes that are confused most, by the number of images, then by their share.
 *
 * @param counts For each class (rows) how many of its images were taken for which class (columns), as
 * `evaluation.evaluate` gives it.
 * @param atMost How many pairs (default 30).
 * @throws {ArgumentError} If there is not a row and a column for each class, or a count is no number of at least 0.
 */
export function mostConfused(
  counts: readonly (readonly number[])[],
  atMost = 30,
): ConfusedPair[] {
  checkCounts(counts, counts.length);
  const pairs = counts.flatMap((row, truth): ConfusedPair[] => {
    const all = totalOf(row);
    return row.flatMap((images, predicted) =>
      images > 0 && predicted !== truth ? [{ truth, predicted, images, share: images / all }] : []
    );
  });
  pairs.sort((a, b) => b.images - a.images || b.share - a.share);
  return pairs.slice(0, atMost);
}
