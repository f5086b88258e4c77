/**
 * The endings of the files that can be decoded.
 *
 * @module
 */

/** The endings of the files that can be decoded: torchvision's and some more. */
export const IMAGE_EXTENSIONS: readonly string[] = Object.freeze([
  ".jpg",
  ".jpeg",
  ".jfif",
  ".png",
  ".webp",
  ".bmp",
  ".ppm",
  ".pgm",
  ".pbm",
  ".pnm",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
]);
