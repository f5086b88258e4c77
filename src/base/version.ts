/**
 * The version of this package, for what must know it without reading a file: the library built for one
 * version is not used by another.
 *
 * @module
 */

/** The version of this package, the same as in `deno.json`. */
export const VERSION = "0.1.0";
