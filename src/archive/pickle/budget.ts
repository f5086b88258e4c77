/**
 * How much memory a pickle may make.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

/** Far more than the names and shapes of any model take; their weights lie outside the pickle. */
export const usualBudget: number = 2 ** 27;

/** About how many bytes each kind of value takes. */
export const cost = { place: 16, scalar: 24, string: 40, container: 200, entry: 48 } as const;

/** Counts what is made, and refuses a file that makes too much. */
export class Budget {
  readonly #most: number;
  readonly #bad: Bad;
  #left: number;

  /** Takes what to call when it is used up, and how many bytes there are. */
  constructor(bad: Bad, most: number) {
    this.#bad = bad;
    this.#most = most;
    this.#left = most;
  }

  /** Takes bytes from the budget. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (!(this.#left >= 0)) this.#bad(`its pickle makes values of more than ${this.#most} bytes`);
  }
}
