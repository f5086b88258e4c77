/**
 * Checks of the numbers that layers are made with.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";

/** A number for both dimensions of an image, or one for each: [height, width]. */
export type Pair = number | readonly [number, number];

/**
 * Checks that a size is a whole number of at least `least`.
 *
 * @throws {ArgumentError} if not.
 */
export function checkSize(layer: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError(
      `${layer}: ${name} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}

/** A number or a list of `length` numbers as a list, each checked with {@linkcode checkSize}. */
export function sizes(
  layer: string,
  name: string,
  value: number | readonly number[],
  length: number,
  least = 1,
): number[] {
  const list = typeof value === "number" ? new Array<number>(length).fill(value) : [...value];
  if (list.length !== length) {
    throw new ArgumentError(
      `${layer}: ${name} must be one number or ${length} of them, got [${list.join(", ")}].`,
    );
  }
  for (const size of list) checkSize(layer, name, size, least);
  return list;
}

/**
 * Checks that a probability lies in [0, 1].
 *
 * @throws {ArgumentError} if not.
 */
export function checkProbability(layer: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new ArgumentError(`${layer}: ${name} must be from 0 to 1, got ${value}.`);
  }
}
