/**
 * Transforms of whole batches of images: crops, flips, rotations, colours, normalising.
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
  type WarpOptions,
} from "./affine.ts";
export { gaussianBlur, type GaussianBlurOptions, randomGaussianBlur } from "./blur.ts";
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  greyscale,
} from "./colour.ts";
export { colourJitter, type ColourJitterOptions, randomGreyscale } from "./colour_jitter.ts";
export { randomCrop, type RandomCropOptions } from "./crop.ts";
export { cutout, randomErasing, type RandomErasingOptions } from "./erase.ts";
export { randomHorizontalFlip, randomVerticalFlip } from "./flip.ts";
export { normalise } from "./normalise.ts";
export {
  RAND_AUGMENT_CHANGES,
  randAugment,
  type RandAugmentChange,
  randAugmentChange,
  type RandAugmentOptions,
} from "./rand_augment.ts";
export { resize } from "./resize.ts";
export { randomResizedCrop, type RandomResizedCropOptions } from "./resized_crop.ts";
export { rotate90, type RotatedImages } from "./rotation_task.ts";
export { adjustSharpness, autocontrast, equalize, posterize, solarize } from "./tone.ts";
export { compose, type FixedTransform, toFloat, type Transform } from "./transform.ts";
