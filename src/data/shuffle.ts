/**
 * Seeded orders: which image comes when, as a function of numbers alone. Neither torch's random
 * numbers nor those of the JavaScript engine have a part in them.
 *
 * @module
 */

import { ArgumentError, OutOfMemoryError } from "../base/errors.ts";
import { RandomSequence } from "./philox.ts";
import { SELECTION } from "./random_purposes.ts";

/** The numbers from 0 to `count - 1` in a random order. */
export function shuffled(count: number, random: RandomSequence): Int32Array {
  const order = inOrder(count);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const taken = order[j];
    order[j] = order[i];
    order[i] = taken;
  }
  return order;
}

/**
 * The numbers from 0 to `count - 1`.
 *
 * @throws {ArgumentError} If the count is not a whole number from 0 to 2^31 - 1.
 */
export function inOrder(count: number): Int32Array {
  if (!Number.isSafeInteger(count) || count < 0 || count >= 2 ** 31) {
    throw new ArgumentError(
      `An order is of a whole number of images from 0 to 2^31 - 1, got ${count}.`,
    );
  }
  const order = allocate(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

function allocate(count: number): Int32Array {
  try {
    return new Int32Array(count);
  } catch (cause) {
    throw new OutOfMemoryError(`There is no memory for an order of ${count} images.`, { cause });
  }
}

/**
 * A random order for picking images from a dataset once, not related to any epoch's.
 *
 * @throws {ArgumentError} If the count or the seed is none.
 */
export function selectionOrder(count: number, seed: number): Int32Array {
  return shuffled(count, new RandomSequence(seed, SELECTION, 0));
}

/**
 * The indices of random parts, of the given sizes, that have no image in common.
 *
 * @throws {ArgumentError} If a size or the seed is not a whole number, or there are too few images.
 */
export function splitOrder(
  name: string,
  count: number,
  sizes: readonly number[],
  seed: number,
): Int32Array[] {
  const wanted = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 0) || wanted > count) {
    throw new ArgumentError(
      `${name}: ${count} images cannot be split into parts of [${sizes.join(", ")}]; ` +
        `give whole numbers that sum up to at most that.`,
    );
  }
  const order = selectionOrder(count, seed);
  let at = 0;
  return sizes.map((size) => order.subarray(at, at += size));
}
