/**
 * What a container by names is given.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * The pairs of an object, or of a list of pairs.
 *
 * @throws {ArgumentError} if it is neither.
 */
export function named<V>(
  container: string,
  given: Readonly<Record<string, V>> | Iterable<readonly [string, V]>,
): Iterable<readonly [string, V]> {
  if (given === null || typeof given !== "object") {
    throw new ArgumentError(`${container} takes an object or pairs, got ${given}.`);
  }
  const pairs = Symbol.iterator in given
    ? [...given as Iterable<readonly [string, V]>]
    : Object.entries(given);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
      throw new ArgumentError(`${container} takes pairs of a name and what it names.`);
    }
  }
  return pairs as Iterable<readonly [string, V]>;
}
