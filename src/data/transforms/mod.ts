/**
 * Transforms of whole batches of images: crops, flips, rotations, normalising.
 *
 * @module
 */

export {
  affine,
  type AffineOptions,
  type AffineParameters,
  type AffineRanges,
  randomAffine,
  randomRotation,
} from "./affine.ts";
export { randomCrop, type RandomCropOptions } from "./crop.ts";
export { cutout, randomErasing, type RandomErasingOptions } from "./erase.ts";
export { randomHorizontalFlip, randomVerticalFlip } from "./flip.ts";
export { normalise } from "./normalise.ts";
export { resize } from "./resize.ts";
export { rotate90, type RotatedImages } from "./rotation_task.ts";
export { compose, type FixedTransform, toFloat, type Transform } from "./transform.ts";
