/**
 * What may be tried.
 *
 * @module
 */

/** Values to try, by the entry of the recipe that they are for, named as `--set` has it: `{ "method.beta1": [0.3, 1, 3] }`. */
export type SearchSpace = Readonly<Record<string, readonly unknown[]>>;
