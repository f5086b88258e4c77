/**
 * Whether one of two is right more often, by the images on which only one of them is.
 *
 * @module
 */

import { binomials } from "../base/binomials.ts";

/**
 * How likely the two numbers are to differ at least so much, to either side, if what is counted falls to either with the
 * same probability: the exact sign test, or McNemar's for two who were asked about the same images. 1 if both are 0.
 *
 * @param first How often the first alone was right.
 * @param second How often the second alone was.
 *
 * @example
 * ```ts
 * import { evaluation } from "@apprentice/distill";
 *
 * evaluation.signTest(1, 9); // 0.0215
 * ```
 */
export function signTest(first: number, second: number): number {
  const all = first + second;
  if (all === 0) return 1;
  const tail = binomials(all, 0.5).subarray(0, Math.min(first, second) + 1);
  return Math.min(1, 2 * tail.reduce((a, b) => a + b, 0));
}
