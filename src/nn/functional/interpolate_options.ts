/**
 * How sequences, images and volumes get another size.
 *
 * @module
 */

/** How {@linkcode interpolate} finds a value between others. */
export type InterpolationMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "bicubic"
  | "trilinear"
  | "area";

/** Options of {@linkcode interpolate}. */
export interface InterpolateOptions {
  /** The size wanted: one number for all sides, or one for each. */
  size?: number | readonly number[];
  /** Instead of the size: by how much to scale. */
  scaleFactor?: number | readonly number[];
  /**
   * `"nearest"` by default. `"linear"` is for sequences, `"bilinear"` and `"bicubic"` are for images, `"trilinear"`
   * is for volumes; the others are for all.
   */
  mode?: InterpolationMode;
  /** Whether the corners' centers stay where they are; false by default. Linear and cubic modes only. */
  alignCorners?: boolean;
  /** Whether the scale follows from the sizes, rounded down, instead of being `scaleFactor`; false by default. */
  recomputeScaleFactor?: boolean;
  /** Whether shrinking averages over all pixels; false by default. `"bilinear"` and `"bicubic"` only. */
  antialias?: boolean;
}
