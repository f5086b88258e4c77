/**
 * One number for two dimensions, or two.
 *
 * @module
 */

/** A number for both dimensions of an image, or one for each: [height, width]. */
export type Pair = number | readonly [number, number];
