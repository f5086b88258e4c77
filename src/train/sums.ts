/**
 * Sums of losses.
 *
 * @module
 */

/** By name, a sum and how many values are in it. */
export type Sums = Record<string, [sum: number, count: number]>;
