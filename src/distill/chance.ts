/**
 * What agreement comes to where teachers vote at random: what their votes are held against.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { binomials } from "../base/binomials.ts";

/**
 * How often a teacher's sign is the consensus sign s = sgn( Σᵢ sgn(fᵢ) ) (arXiv 2508.19498, step 2) where N signs are
 * independent and either is as likely:
 *
 *     odd N:   1/2 + C(N-1, (N-1)/2) / 2^N        even N:   1/2
 *
 * With an even N the signs may balance; nobody's sign is the consensus then. One teacher always agrees with itself.
 *
 * @throws {ArgumentError} if the number of teachers is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { distill } from "@apprentice/distill";
 *
 * distill.signChance(3); // 0.75
 * distill.signChance(9); // 0.637
 * distill.signChance(10); // 0.5
 * ```
 */
export function signChance(teachers: number): number {
  checkCount(teachers, "teachers");
  return teachers % 2 === 0 ? 0.5 : 0.5 + balanced(teachers - 1) / 2;
}

/** How often the signs of N teachers balance where they are independent and either is as likely; 0 for an odd N. */
export function signTieChance(teachers: number): number {
  checkCount(teachers, "teachers");
  return teachers % 2 === 0 ? balanced(teachers) : 0;
}

/** The probability that an even number of fair signs balances. */
function balanced(signs: number): number {
  return binomials(signs, 0.5)[signs / 2];
}

/**
 * How often a teacher's class is the one with most votes (arXiv 2508.19498, step 5) where N teachers vote independently,
 * for any of C classes with the same probability: the largest number of equal votes over N, in expectation. Exact, and the
 * same however ties are broken, since whichever class wins has as many votes.
 *
 * @throws {ArgumentError} if a number is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { distill } from "@apprentice/distill";
 *
 * distill.classChance(2, 10); // 0.55: both agree in one case of ten, and else either has one vote of two
 * ```
 */
export function classChance(teachers: number, classes: number): number {
  checkCount(teachers, "teachers");
  checkCount(classes, "classes");
  const fewest = Math.ceil(teachers / classes);
  let expected = fewest;
  // The expectation of a whole number: the sum over m of the probability that it is larger than m.
  for (let from = fewest; from < teachers; from += BLOCK) {
    const most = Array.from({ length: Math.min(BLOCK, teachers - from) }, (_, i) => from + i);
    const above = noneAbove(most, teachers, classes).map((p) => 1 - p);
    expected += above.reduce((sum, p) => sum + Math.max(0, p), 0);
    if (above.at(-1)! < 1e-15) break;
  }
  return expected / teachers;
}

/** So many bounds are computed at once. */
const BLOCK = 16;

/**
 * For each bound the probability that, of n balls each falling into any of `bins` with the same probability, no bin gets
 * more. Two groups of bins whose balls are within the bound make a larger one: all terms are probabilities, so that nothing
 * is lost in rounding, and doubling needs log(bins) steps.
 */
function noneAbove(bounds: readonly number[], balls: number, bins: number): number[] {
  const one = bounds.map((most) =>
    Float64Array.from({ length: balls + 1 }, (_, n) => +(n <= most))
  );
  let made: Float64Array[] = one;
  let width = 1;
  for (const bit of bins.toString(2).slice(1)) {
    made = joined(made, width, made, width);
    width *= 2;
    if (bit === "0") continue;
    made = joined(made, width, one, 1);
    width++;
  }
  return made.map((within) => within[balls]);
}

/** The same of two groups of bins together. */
function joined(
  a: readonly Float64Array[],
  aBins: number,
  b: readonly Float64Array[],
  bBins: number,
): Float64Array[] {
  const out = a.map(({ length }) => new Float64Array(length));
  for (let n = 0; n < out[0].length; n++) {
    const fallen = binomials(n, aBins / (aBins + bBins));
    for (const [i, whole] of out.entries()) {
      for (let k = 0; k <= n; k++) whole[n] += fallen[k] * a[i][k] * b[i][n - k];
    }
  }
  return out;
}

/** Refuses what is not a whole number of at least 1. */
function checkCount(value: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ArgumentError(`The number of ${what} is a whole number of at least 1, got ${value}.`);
}
