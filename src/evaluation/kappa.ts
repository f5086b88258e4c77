/**
 * Whether two give images the same classes, beyond what chance gives.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";

/** How two who name a class for each image agree. */
export interface Agreement {
  /** On how many images both named one. */
  readonly images: number;
  /** The share of these for which it was the same; NaN if there are none. */
  readonly agreement: number;
  /**
   * Cohen's κ: agreement beyond chance as a share of what is possible; 0 at chance, 1 where both always agree, below 0
   * where they contradict each other. NaN if there are no images, or both named one and the same class only.
   */
  readonly kappa: number;
}

/**
 * Compares the classes that two named for the same images; a class below 0 means that none was named.
 *
 *     κ = (p_o - p_e) / (1 - p_e),   p_e = Σ_c p_c q_c
 *
 * with p_o the share of images with the same class, p and q the two's own shares of each class.
 * J. Cohen, A coefficient of agreement for nominal scales, 1960.
 *
 * @throws {ShapeError} if there is not one class of each for every image.
 *
 * @example
 * ```ts
 * import { evaluation } from "@apprentice/distill";
 *
 * evaluation.agreementOf([0, 0, 1, 1], [0, 1, 1, 1]); // agreement 0.75, kappa 0.5
 * ```
 */
export function agreementOf(first: ArrayLike<number>, second: ArrayLike<number>): Agreement {
  if (first.length !== second.length) {
    throw new ShapeError(
      `Two who are compared name a class for each image: ${first.length} and ${second.length} were given.`,
    );
  }
  const [ofFirst, ofSecond]: [number[], number[]] = [[], []];
  let [images, same] = [0, 0];
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i], second[i]];
    if (a < 0 || b < 0) continue;
    images++;
    if (a === b) same++;
    ofFirst[a] = (ofFirst[a] ?? 0) + 1;
    ofSecond[b] = (ofSecond[b] ?? 0) + 1;
  }
  let expected = 0;
  ofFirst.forEach((count, c) => expected += count * (ofSecond[c] ?? 0));
  // Whole numbers as long as possible: exact where both named one class only.
  const kappa = (images * same - expected) / (images * images - expected);
  return { images, agreement: same / images, kappa };
}
