/**
 * Which part of an image is wanted, and how large.
 *
 * @module
 */

/** A part of random place, size and shape: what classifiers of photographs are trained on. */
export interface RandomResizedPart {
  /** Which kind this is. */
  readonly kind: "random";
  /** Rows and columns of the result, or one number for both. */
  readonly size: number | readonly [height: number, width: number];
  /** The least and the largest part of the image's area; [0.08, 1] by default. */
  readonly scale?: readonly [least: number, most: number];
  /** The least and the largest width divided by height; [3/4, 4/3] by default. */
  readonly ratio?: readonly [least: number, most: number];
  /** The probability that the part is mirrored left to right; 0.5 by default. */
  readonly flip?: number;
  /** How a pixel between pixels is computed; bilinear by default. */
  readonly interpolation?: "bilinear" | "bicubic";
}

/** The middle of an image whose shorter side was brought to a length: what is tested on. */
export interface CenterPart {
  /** Which kind this is. */
  readonly kind: "center";
  /** Rows and columns of the result, or one number for both. */
  readonly size: number | readonly [height: number, width: number];
  /** The length of the shorter side before the middle is cut out; by default 8/7 of the size. */
  readonly resize?: number;
  /** How a pixel between pixels is computed; bilinear by default. */
  readonly interpolation?: "bilinear" | "bicubic";
}

/** The whole image, whatever that does to its proportions. */
export interface WholeImage {
  /** Which kind this is. */
  readonly kind: "whole";
  /** Rows and columns of the result, or one number for both. */
  readonly size: number | readonly [height: number, width: number];
  /** How a pixel between pixels is computed; bilinear by default. */
  readonly interpolation?: "bilinear" | "bicubic";
}

/**
 * How images of any size become ones of one size. A part is resized with antialiasing, as Pillow and
 * torchvision do it.
 */
export type ImagePart = RandomResizedPart | CenterPart | WholeImage;
