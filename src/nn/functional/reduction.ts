/**
 * How a loss of many elements becomes one number.
 *
 * @module
 */

/** How a loss puts the values of the elements together. */
export type Reduction = "mean" | "sum" | "none";
