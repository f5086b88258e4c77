/**
 * Rotated, shifted, scaled and sheared images.
 *
 * @module
 */

import { span } from "../../base/option_parts.ts";
import { choice, number } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { ArgumentError, ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";
import { sample, writeMap } from "./warp.ts";

/** What {@linkcode affine} does to one image, about its center: shears, scales, rotates, shifts. */
export interface AffineParameters {
  /** The rotation in degrees, counter-clockwise; 0 by default. */
  degrees?: number;
  /** How many pixels the image moves to the right and down; 0 by default. */
  shift?: readonly [right: number, down: number];
  /** The enlargement; 1 by default. */
  scale?: number;
  /** How far columns lean with height, in degrees; 0 by default. */
  shear?: number;
}

/** How {@linkcode affine}, {@linkcode randomAffine} and {@linkcode randomRotation} compute pixels. */
export interface AffineOptions {
  /** Bilinear by default. */
  interpolation?: "bilinear" | "nearest";
  /** The color of what was outside the image, from 0 to 1; black by default. */
  fill?: number;
}

/** From where {@linkcode randomAffine} draws, for each image, evenly. */
export interface AffineRanges extends AffineOptions {
  /** Rotations from minus to plus this many degrees; 0 by default. */
  degrees?: number;
  /** Shifts by up to this part of width and height, either way; 0 by default. */
  shift?: number;
  /** The least and the largest enlargement; [1, 1] by default. */
  scale?: readonly [least: number, most: number];
  /** Shears from minus to plus this many degrees; 0 by default. */
  shear?: number;
}

/** The declaration of {@linkcode AffineRanges}. */
export const RANDOM_AFFINE_OPTIONS: OptionTable<AffineRanges> = {
  degrees: number({ default: 0, min: 0, help: "rotations from minus to plus this" }),
  shift: number({ default: 0, min: 0, help: "shifts by up to this part of width and height" }),
  scale: span({ default: [1, 1], above: 0, help: "the least and the largest enlargement" }),
  shear: number({ default: 0, min: 0, help: "shears from minus to plus this many degrees" }),
  interpolation: choice(["nearest", "bilinear"], {
    default: "bilinear",
    help: "how pixels are sampled",
  }),
  fill: number({ default: 0, min: 0, max: 1, help: "the color of what was outside, from 0 to 1" }),
};

/** The declaration of the options of {@linkcode randomRotation}. */
export const RANDOM_ROTATION_OPTIONS: OptionTable<AffineOptions & { degrees: number }> = {
  degrees: number({ min: 0, help: "rotations from minus to plus this" }),
  interpolation: RANDOM_AFFINE_OPTIONS.interpolation,
  fill: RANDOM_AFFINE_OPTIONS.fill,
};

/**
 * Applies to each image a map of its own. uint8 images become float32 from 0 to 1.
 *
 * @param images (B, C, H, W).
 * @param parameters One for each image.
 * @throws {ShapeError} If there are not as many parameters as images.
 * @throws {ArgumentError} If a parameter is not finite, or a scale is not above 0.
 */
export function affine(
  images: Tensor,
  parameters: readonly AffineParameters[],
  options: AffineOptions = {},
): Tensor {
  const { count, height, width } = imageSizes(images, "affine");
  if (parameters.length !== count) {
    throw new ShapeError(`affine: ${parameters.length} parameters for ${count} images.`);
  }
  const matrices = new Float32Array(6 * count);
  parameters.forEach((one, i) => writeInverse(one, height, width, matrices, 6 * i));
  const { interpolation = "bilinear", fill = 0 } = options;
  return sample(images, matrices, interpolation, fill);
}

function writeInverse(
  { degrees = 0, shift: [right, down] = [0, 0], scale = 1, shear = 0 }: AffineParameters,
  height: number,
  width: number,
  into: Float32Array,
  at: number,
): void {
  if (![degrees, right, down, scale, shear].every(Number.isFinite) || scale <= 0) {
    throw new ArgumentError(
      `affine: numbers must be finite and the scale above 0, got degrees ${degrees}, ` +
        `shift [${right}, ${down}], scale ${scale}, shear ${shear}.`,
    );
  }
  const angle = degrees * Math.PI / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const lean = Math.tan(shear * Math.PI / 180);
  // Forward, with y downwards: scale * [cos, sin; -sin, cos] * [1, lean; 0, 1]; here its inverse.
  const a = (cos + lean * -sin) / scale;
  const b = (-sin - lean * cos) / scale;
  const c = sin / scale;
  const d = cos / scale;
  const map = { a, b, c, d, right: -(a * right + b * down), down: -(c * right + d * down) };
  writeMap(map, height, width, into, at);
}

/**
 * Rotates, shifts, scales and shears each image at random, about its center. uint8 images become
 * float32 from 0 to 1.
 *
 * @throws {ArgumentError} If a range is negative or not finite, or a scale is not above 0.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const move = data.randomAffine({ degrees: 10, shift: 0.1, scale: [0.9, 1.1] });
 * using images = torch.rand([2, 1, 28, 28]);
 * using moved = move(images, new data.ImageRandom(0, 0, [10, 11]));
 * ```
 */
export function randomAffine(ranges: AffineRanges): Transform {
  const filled = resolveOptions("randomAffine", RANDOM_AFFINE_OPTIONS, ranges);
  const { degrees, shift, scale: [least, most], shear, interpolation, fill } = filled;
  const spec = { name: "randomAffine", ...filled };
  return described(spec, (images, random) => {
    const { count, height, width } = imageSizes(images, "randomAffine", random);
    const numbers = random.draw(5);
    const either = (i: number, range: number): number => (2 * numbers[i] - 1) * range;
    const parameters = Array.from({ length: count }, (_, image): AffineParameters => {
      const i = 5 * image;
      return {
        degrees: either(i, degrees),
        shift: [either(i + 1, shift * width), either(i + 2, shift * height)],
        scale: least + numbers[i + 3] * (most - least),
        shear: either(i + 4, shear),
      };
    });
    return affine(images, parameters, { interpolation, fill });
  });
}

/**
 * Rotates each image at random by up to `degrees`, either way, about its center. uint8 images become
 * float32 from 0 to 1.
 *
 * @throws {ArgumentError} If `degrees` is negative or not finite.
 */
export function randomRotation(degrees: number, options: AffineOptions = {}): Transform {
  return randomAffine({ ...options, degrees });
}
