/**
 * What may be tried.
 *
 * @module
 */

/** Values to try, by the entry of the recipe that they are for, named as `--set` has it: `{ "method.beta1": [0.3, 1, 3] }`. */
export type SearchSpace = Readonly<Record<string, readonly unknown[]>>;

/** How many combinations of values are tried, and which. */
export interface Draws {
  /** How many, the recipe as it is among them. */
  trials: number;
  /** Decides which; 0 by default. */
  seed?: number;
  /**
   * How many of the space's first entries are drawn for themselves; 0 by default. Searches that begin with the same ones try
   * the same values of these in the same order, so that none is luckier than another in what both try.
   */
  shared?: number;
}
