/**
 * How much is put at each end of a tensor.
 *
 * @module
 */

/** A number for all ends, or one for each: [left, right], then top and bottom, then front and back. */
export type EndSizes = number | readonly number[];
