/**
 * What one network wants of pixels.
 *
 * @module
 */

import type { Interpolation } from "./convert.ts";

/**
 * The images that a network was trained on: their size, and what was done to their values. The student has one, which is
 * saved with it, and so has each teacher; a batch renders each once (`Batch.view`).
 */
export interface View {
  /** Rows and columns, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The mean of each channel, of values from 0 to 1: as many numbers as the network's images have channels. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly number[];
  /** How images are resized; bilinear by default. Always antialiased. */
  readonly interpolation?: Interpolation;
  /**
   * The side of the middle that is cut out of a whole photograph, as a part of the resized photograph's; 1 by default.
   * Where photographs are decoded for one network it counts; a batch is resized as a whole.
   */
  readonly cropFraction?: number;
}
