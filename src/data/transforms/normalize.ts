/**
 * Pixels to numbers of mean 0 and deviation 1.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../../base/errors.ts";
import { constant } from "../../torch/constants.ts";
import { isFloatingPoint } from "../../torch/dtype.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { described } from "./described.ts";
import type { FixedTransform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/**
 * Makes images float32 and normalizes each channel: `(x / 255 - mean) / std` of uint8, `(x - mean) /
 * std` of floating-point images, as one multiplication and one addition.
 *
 * @param mean For each channel, or one number for all; of pixels from 0 to 1.
 * @param std For each channel, or one number for all; of pixels from 0 to 1.
 * @throws {ArgumentError} If they are not finite, a deviation is not above 0, or not as many of both.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const normalize = data.normalize([0.1307], [0.3081]);
 * using images = torch.full([1, 1, 2, 2], 255, { dtype: "uint8" });
 * using white = normalize(images); // (1 - 0.1307) / 0.3081 = 2.8215 everywhere
 * ```
 */
export function normalize(
  mean: number | readonly number[],
  std: number | readonly number[],
): FixedTransform {
  const means = typeof mean === "number" ? [mean] : [...mean];
  const stds = typeof std === "number" ? [std] : [...std];
  if (means.length !== stds.length || means.length === 0) {
    throw new ArgumentError(
      `normalize: ${means.length} means and ${stds.length} deviations; give one each per channel.`,
    );
  }
  if (!means.every(Number.isFinite) || !stds.every((value) => value > 0 && value < Infinity)) {
    throw new ArgumentError(
      `normalize: means must be finite and deviations above 0, got [${means}] and [${stds}].`,
    );
  }
  const spec = { name: "normalize", mean: means, std: stds };
  return described(spec, (images: Tensor) => apply(images, means, stds));
}

function apply(images: Tensor, means: readonly number[], stds: readonly number[]): Tensor {
  const { channels } = imageSizes(images, "normalize");
  if (means.length !== 1 && means.length !== channels) {
    throw new ShapeError(
      `normalize: ${means.length} means and deviations for images of ${channels} channels.`,
    );
  }
  const dtype = images.dtype;
  const bytes = dtype === "uint8";
  if (!bytes && !isFloatingPoint(dtype)) {
    throw new DTypeError(`normalize takes uint8 or floating-point images, got ${dtype}.`);
  }
  const scales = stds.map((value) => 1 / (bytes ? 255 * value : value));
  const shifts = means.map((value, channel) => -value / stds[channel]);
  const device = images.device;
  return scope(() => {
    const source = bytes || dtype === "float32" ? images : images.float();
    if (scales.length === 1) {
      // A bare number plus a multiple of the images: the conversion of uint8 and one pass.
      const shift = constant(shifts, { dtype: "float32", device, shape: [] });
      return shift.add(source, { alpha: scales[0] });
    }
    const options = { dtype: "float32", shape: [channels, 1, 1], device } as const;
    const scale = constant(scales, options);
    const shift = constant(shifts, options);
    // Bytes are converted first: libtorch multiplies numbers of two dtypes half as fast as it does both.
    const scaled = bytes ? source.float().mul_(scale) : source.mul(scale);
    return scaled.add_(shift);
  });
}
