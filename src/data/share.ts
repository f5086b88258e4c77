/**
 * The parts of a batch that several processes take.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** Which of several processes one is. */
export interface Share {
  /** Its number, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
}

/**
 * Refuses what is no share, and batches that so many processes cannot share.
 *
 * @param batchSize How many images a batch has.
 * @throws {ArgumentError} naming sizes that would do.
 */
export function checkShare({ rank, size }: Share, batchSize: number): void {
  const isOne = Number.isSafeInteger(size) && size > 0 && Number.isSafeInteger(rank) && rank >= 0 &&
    rank < size;
  if (!isOne) {
    throw new ArgumentError(
      `A share is a process's rank, from 0 to below their number, and that number, got rank ${rank} of ${size}.`,
    );
  }
  if (batchSize % size === 0) return;
  const below = batchSize - batchSize % size;
  throw new ArgumentError(
    `A batch of ${batchSize} images cannot be shared equally by ${size} processes: make batchSize ` +
      `${below > 0 ? `${below} or ` : ""}${below + size}, or take another number of processes.`,
  );
}

/** Whether each of so many processes can have an equal part of so many images. */
export function isShareable(images: number, { size }: Share): boolean {
  return images % size === 0;
}

/** The part of a batch's images that a process has: they lie next to each other. */
export function shareOf(indices: Int32Array, { rank, size }: Share): Int32Array {
  const length = indices.length / size;
  return indices.subarray(rank * length, (rank + 1) * length);
}
