/**
 * The size that adaptive pooling is asked for.
 *
 * @module
 */

/** The size of an output; null where it is the input's own. */
export type OutputSize = number | null | readonly (number | null)[];
