/**
 * What random numbers are for. Each purpose has numbers of its own, so that an order never has anything to do with a
 * crop, whatever their seeds are.
 *
 * @module
 */

/** The order of an epoch. */
export const ORDER = 1;
/** Transforms of images. */
export const AUGMENTATION = 2;
/** Which images a part of a data set gets. */
export const SELECTION = 3;
/** The part of an image that is decoded. */
export const DECODING = 4;
/** The patch of a photograph that a digit lies on. */
export const BLENDING = 5;
/** Transforms that only the student's images go through. */
export const STRONG_AUGMENTATION = 6;
