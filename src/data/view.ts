/**
 * What one network wants of pixels.
 *
 * @module
 */

/** The images that a network was trained on: their size, and what was done to their values. */
export interface View {
  /** Rows and columns, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The mean of each channel, of values from 0 to 1: as many numbers as the network's images have channels. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly number[];
  /** How images are resized; bilinear by default. Always antialiased. */
  readonly interpolation?: "bilinear" | "bicubic";
  /**
   * The side of the middle that is cut out of a whole photograph, as a part of the resized photograph's; 1 by default.
   */
  readonly cropFraction?: number;
}
