/**
 * Values as nested arrays.
 *
 * @module
 */

/** A number, or arrays of arrays of them, all of one shape. */
export type NestedArray = number | boolean | bigint | readonly NestedArray[];
