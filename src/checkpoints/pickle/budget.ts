/**
 * How much memory a pickle may make.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

/** Far more than the names and shapes of any model take; their weights lie outside the pickle. */
const mostBytes = 2 ** 27;

/** About how many bytes each kind of value takes. */
export const cost = { place: 16, scalar: 24, string: 40, container: 200, entry: 48 } as const;

/** Counts what is made, and refuses a file that makes too much. */
export class Budget {
  #left = mostBytes;
  readonly #bad: Bad;

  /** Takes what to call when it is used up. */
  constructor(bad: Bad) {
    this.#bad = bad;
  }

  /** Takes bytes from the budget. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (!(this.#left >= 0)) this.#bad(`its pickle makes values of more than ${mostBytes} bytes`);
  }
}
