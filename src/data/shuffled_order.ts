/**
 * The order of an epoch.
 *
 * @module
 */

import { RandomSequence } from "./philox.ts";
import { ORDER } from "./random_purposes.ts";
import { shuffled } from "./shuffle.ts";

/**
 * The order of `count` images in an epoch: all orders are equally likely (Fisher and Yates's
 * shuffle), and the same seed and epoch always give the same one, on every machine.
 *
 * @param count How many images, below 2^31.
 * @param seed A whole number below 2^53.
 * @param epoch A whole number below 2^53.
 * @throws {ArgumentError} If the count, the seed or the epoch is none.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * console.log(data.shuffledOrder(5, 0, 1)); // the five numbers, in the order of epoch 1
 * ```
 */
export function shuffledOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, new RandomSequence(seed, ORDER, epoch));
}
