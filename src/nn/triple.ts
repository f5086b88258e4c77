/**
 * One number for three dimensions, or three.
 *
 * @module
 */

/** A number for all dimensions of a volume, or one for each: [depth, height, width]. */
export type Triple = number | readonly [number, number, number];
