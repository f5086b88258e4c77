/**
 * How many images a batch has.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Batch, MixedBatch } from "../data/mod.ts";

/**
 * How many images a batch has, for batches that count together; of a batch that several processes share, those of all.
 *
 * @throws {ArgumentError} if that is not known.
 */
export function imagesIn(batch: unknown): number {
  if (batch instanceof Batch) return batch.length * (batch.share?.size ?? 1);
  if (batch instanceof MixedBatch) return imagesIn(batch.labelled) + imagesIn(batch.unlabelled);
  const { length } = (batch ?? {}) as { length?: unknown };
  if (Number.isSafeInteger(length) && length as number > 0) return length as number;
  throw new ArgumentError(
    "With accumulate, batches count by their images, and this one does not say how many it has. Give batches of a " +
      "Loader, or give yours a length.",
  );
}
