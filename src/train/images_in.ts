/**
 * How many images a batch has.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Batch, MixedBatch } from "../data/mod.ts";

/**
 * How many images a batch has, for batches that count together.
 *
 * @throws {ArgumentError} if that is not known.
 */
export function imagesIn(batch: unknown): number {
  if (batch instanceof Batch) return batch.length;
  if (batch instanceof MixedBatch) return batch.labelled.length + batch.unlabelled.length;
  const { length } = (batch ?? {}) as { length?: unknown };
  if (Number.isSafeInteger(length) && length as number > 0) return length as number;
  throw new ArgumentError(
    "With accumulate, batches count by their images, and this one does not say how many it has. Give batches of a " +
      "Loader, or give yours a length.",
  );
}
