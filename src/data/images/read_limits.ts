/**
 * How much work one image file may be.
 *
 * @module
 */

/** The size in bytes above which a file is refused before it is read. */
export const MOST_FILE_BYTES = 2 ** 30;

/** `ImageReadOptions.maxPixels` unless it is given. */
export const MOST_PIXELS = 178_956_970;

/** `ImageReadOptions.timeLimit` unless it is given. */
export const MOST_SECONDS = 30;
