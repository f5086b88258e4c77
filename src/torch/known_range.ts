/**
 * What is known of a tensor's values without looking at them.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";

const known = new WeakMap<Tensor, readonly [low: number, high: number]>();

/**
 * Notes between what a tensor's values lie: they were looked at on the processor before they were sent to a card, where looking
 * waits. Whoever notes it does not write to the tensor.
 */
export function noteRange(tensor: Tensor, low: number, high: number): void {
  known.set(tensor, [low, high]);
}

/** The least and the largest value, as far as they were noted. */
export function rangeOf(tensor: Tensor): readonly [low: number, high: number] | undefined {
  return known.get(tensor);
}
