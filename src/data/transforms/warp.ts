/**
 * Images warped by a map from places in the result to places in the image.
 *
 * @module
 */

import { affineGridGenerator, gridSampler } from "../../torch/operators.gen.ts";
import { tensor } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { imageSizes } from "./image_sizes.ts";
import { toFloat } from "./to_float.ts";
import type { WarpOptions } from "./warp_options.ts";

const BILINEAR = 0;
const NEAREST = 1;
const ZEROS = 0;

/**
 * From a place in the result to one in the image, in pixels from the middle, right and down: `x = a x' + b y' + right`,
 * `y = c x' + d y' + down`.
 */
export interface InverseMap {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly right: number;
  readonly down: number;
}

/** Applies to each image a map of its own. The dtype stays; of uint8, results are rounded. */
export function warp(
  images: Tensor,
  maps: readonly InverseMap[],
  { interpolation = "nearest", fill = 0 }: WarpOptions = {},
): Tensor {
  const { height, width } = imageSizes(images, "warp");
  const matrices = new Float32Array(6 * maps.length);
  maps.forEach((map, i) => writeMap(map, height, width, matrices, 6 * i));
  return scope(() => {
    const warped = sample(images, matrices, interpolation, fill);
    return images.dtype === "uint8"
      ? warped.mul_(255).round_().clamp_(0, 255).to("uint8")
      : warped.to(images.dtype);
  });
}
export function sample(
  images: Tensor,
  matrices: Float32Array,
  interpolation: "bilinear" | "nearest",
  fill: number,
): Tensor {
  const { count, channels, height, width } = imageSizes(images, "affine");
  return scope(() => {
    const theta = tensor(matrices, { shape: [count, 2, 3], device: images.device });
    const grid = affineGridGenerator(theta, [count, channels, height, width], false);
    const mode = interpolation === "nearest" ? NEAREST : BILINEAR;
    // What lies outside is sampled as 0: with the fill as zero point, it takes the fill's color.
    const shifted = fill === 0 ? toFloat(images) : toFloat(images).sub(fill);
    const moved = gridSampler(shifted, grid, mode, ZEROS, false);
    return fill === 0 ? moved : moved.add_(fill);
  });
}
/**
 * Writes a map as `affine_grid` wants it, in its coordinates: -1 to 1 across the image in both
 * directions.
 */
export function writeMap(
  { a, b, c, d, right, down }: InverseMap,
  height: number,
  width: number,
  into: Float32Array,
  at: number,
): void {
  into[at] = a;
  into[at + 1] = b * height / width;
  into[at + 2] = right * 2 / width;
  into[at + 3] = c * width / height;
  into[at + 4] = d;
  into[at + 5] = down * 2 / height;
}
