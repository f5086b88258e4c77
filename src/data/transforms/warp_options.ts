/**
 * How images are warped.
 *
 * @module
 */

/** How {@linkcode warp} computes pixels. */
export interface WarpOptions {
  /** Nearest by default. */
  interpolation?: "bilinear" | "nearest";
  /** The color of what was outside the image, from 0 to 1; black by default. */
  fill?: number;
}
