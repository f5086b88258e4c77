/**
 * The built-in transforms by name: how recipes have them.
 *
 * @module
 */

import type { AnyTable } from "../../base/options.ts";
import {
  RANDOM_AFFINE_OPTIONS,
  RANDOM_ROTATION_OPTIONS,
  randomAffine,
  randomRotation,
} from "./affine.ts";
import { GAUSSIAN_BLUR_OPTIONS, randomGaussianBlur } from "./blur.ts";
import {
  COLOR_JITTER_OPTIONS,
  colorJitter,
  RANDOM_GRAYSCALE_OPTIONS,
  randomGrayscale,
} from "./color_jitter.ts";
import { corrupt, CORRUPT_OPTIONS } from "./corrupt.ts";
import { RANDOM_CROP_OPTIONS, randomCrop } from "./crop.ts";
import { cutout, CUTOUT_OPTIONS, RANDOM_ERASING_OPTIONS, randomErasing } from "./erase.ts";
import { RANDOM_FLIP_OPTIONS, randomHorizontalFlip, randomVerticalFlip } from "./flip.ts";
import { RAND_AUGMENT_OPTIONS, randAugment } from "./rand_augment.ts";
import { resize, RESIZE_OPTIONS } from "./resize.ts";
import { RANDOM_RESIZED_CROP_OPTIONS, randomResizedCrop } from "./resized_crop.ts";
import { RANDOM_SOLARIZE_OPTIONS, randomSolarize } from "./solarize.ts";
import type { Transform } from "./transform.ts";

/** A transform that is made from options alone. */
export interface NamedTransform {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** Makes the transform from a complete set of options. */
  // deno-lint-ignore no-explicit-any -- each has options of its own, which its table has checked
  readonly make: (options: any) => Transform;
}

/** The built-in transforms that augment or resize, by name. */
export const TRANSFORMS: Readonly<Record<string, NamedTransform>> = {
  randomCrop: {
    options: RANDOM_CROP_OPTIONS,
    make: ({ padding, ...rest }) => randomCrop(padding, rest),
  },
  randomHorizontalFlip: { options: RANDOM_FLIP_OPTIONS, make: ({ p }) => randomHorizontalFlip(p) },
  randomVerticalFlip: { options: RANDOM_FLIP_OPTIONS, make: ({ p }) => randomVerticalFlip(p) },
  randomResizedCrop: {
    options: RANDOM_RESIZED_CROP_OPTIONS,
    make: ({ size, ...rest }) => randomResizedCrop(size, rest),
  },
  resize: { options: RESIZE_OPTIONS, make: ({ size, ...rest }) => resize(size, rest) },
  randomAffine: { options: RANDOM_AFFINE_OPTIONS, make: randomAffine },
  randomRotation: {
    options: RANDOM_ROTATION_OPTIONS,
    make: ({ degrees, ...rest }) => randomRotation(degrees, rest),
  },
  colorJitter: { options: COLOR_JITTER_OPTIONS, make: colorJitter },
  randomGrayscale: { options: RANDOM_GRAYSCALE_OPTIONS, make: ({ p }) => randomGrayscale(p) },
  randomGaussianBlur: { options: GAUSSIAN_BLUR_OPTIONS, make: randomGaussianBlur },
  randomSolarize: { options: RANDOM_SOLARIZE_OPTIONS, make: randomSolarize },
  randomErasing: { options: RANDOM_ERASING_OPTIONS, make: randomErasing },
  cutout: { options: CUTOUT_OPTIONS, make: ({ size, ...rest }) => cutout(size, rest) },
  corrupt: {
    options: CORRUPT_OPTIONS,
    make: ({ corruption, ...rest }) => corrupt(corruption, rest),
  },
  randAugment: { options: RAND_AUGMENT_OPTIONS, make: randAugment },
};
