/**
 * Changes of tone that RandAugment makes: sharpness, fewer bits, partial negatives, histograms. Results are those of
 * torchvision's functions of these names.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import { cat, conv2d, where } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { brightest, inFloat } from "./color_values.ts";
import { described } from "./described.ts";
import { imageSizes } from "./image_sizes.ts";
import type { FixedTransform } from "./transform.ts";

/**
 * Images sharper or softer: their distance from a smoothed copy multiplied. The outermost pixels stay as they are.
 *
 * @param images (B, C, H, W), uint8 or floating-point; so is the result.
 * @param factors For each image: 0 for the smoothed copy, 1 for no change.
 * @throws {ShapeError} If there are not as many factors as images.
 * @throws {ArgumentError} If a factor is below 0 or not finite.
 */
export function adjustSharpness(images: Tensor, factors: readonly number[]): Tensor {
  const { count, channels, height, width } = imageSizes(images, "adjustSharpness");
  if (factors.length !== count) {
    throw new ShapeError(`adjustSharpness: ${factors.length} factors for ${count} images.`);
  }
  const wrong = factors.find((factor) => !(factor >= 0 && factor < Infinity));
  if (wrong !== undefined) {
    throw new ArgumentError(`adjustSharpness: a factor is a number from 0, got ${wrong}.`);
  }
  if (height <= 2 || width <= 2) return images;
  const bytes = images.dtype === "uint8";
  return inFloat(images, (floats) => {
    const { device, dtype } = floats;
    const [side, middle] = [1 / 13, 5 / 13];
    const weights = [side, side, side, side, middle, side, side, side, side];
    const kernel = tensor(weights, { shape: [1, 1, 3, 3], device, dtype })
      .expand([channels, 1, 3, 3]);
    const smooth = conv2d(floats, kernel, null, 1, 0, 1, channels);
    if (bytes) smooth.round_();
    const sharp = floats.clone();
    const inner = sharp.narrow(2, 1, height - 2).narrow(3, 1, width - 2);
    const parts = factors.map((factor) => 1 - factor);
    const weight = tensor(parts, { shape: [count, 1, 1, 1], device, dtype });
    inner.add_(smooth.sub_(inner).mul_(weight));
    return sharp;
  });
}

/**
 * Images with only the highest bits of each value.
 *
 * @param images (B, C, H, W), uint8 or floating-point; so is the result.
 * @param bits How many bits are left, 0 to 8.
 * @throws {ArgumentError} If `bits` is not a whole number from 0 to 8.
 */
export function posterize(images: Tensor, bits: number): Tensor {
  if (!Number.isInteger(bits) || bits < 0 || bits > 8) {
    throw new ArgumentError(`posterize: bits is a whole number from 0 to 8, got ${bits}.`);
  }
  if (brightest(images) === 255) return images.bitwiseAnd(256 - 2 ** (8 - bits));
  const levels = 2 ** bits;
  return scope(() => images.mul(levels).floor_().clamp_(0, levels - 1).mul_(1 / levels));
}

/**
 * Images with their light parts as in a negative.
 *
 * @param images (B, C, H, W), uint8 or floating-point; so is the result.
 * @param threshold From where on values are turned round, from 0 to 1.
 * @throws {ArgumentError} If the threshold is not from 0 to 1.
 */
export function solarize(images: Tensor, threshold: number): Tensor {
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new ArgumentError(`solarize: the threshold is from 0 to 1, got ${threshold}.`);
  }
  const most = brightest(images);
  return scope(() => {
    const negative = most === 255 ? images.bitwiseNot() : images.neg().add_(1);
    return where(images.ge(threshold * most), negative, images);
  });
}

/**
 * Images whose darkest value of each channel becomes black and whose lightest becomes white. Channels of one value stay.
 *
 * @param images (B, C, H, W), uint8 or floating-point; so is the result.
 */
export const autocontrast: FixedTransform = described(
  { name: "autocontrast" },
  (images: Tensor) => {
    const most = brightest(images);
    imageSizes(images, "autocontrast");
    return inFloat(images, (floats) => {
      const least = floats.amin([2, 3], true);
      const range = floats.amax([2, 3], true).sub_(least);
      const flat = range.eq(0);
      const divisor = range.mul_(1 / most).maskedFill_(flat, 1);
      return floats.sub(least.maskedFill_(flat, 0)).div_(divisor);
    });
  },
);

/**
 * Images in whose channels all values are about as frequent, in Pillow's form.
 *
 * @param images (B, C, H, W), uint8 or floating-point, which is taken as bytes; the dtype stays.
 */
export const equalize: FixedTransform = described({ name: "equalize" }, (images: Tensor) => {
  const { count, channels, height, width } = imageSizes(images, "equalize");
  const bytes = brightest(images) === 255;
  return scope(() => {
    const values = bytes ? images : images.mul(255.999).to("uint8");
    const planes = count * channels;
    const flat = values.reshape(planes, height * width).long();
    const histogram = flat.newZeros([planes, 256]).scatterAdd_(
      1,
      flat,
      flat.newOnes([1]).expandAs(flat),
    );
    const upTo = histogram.cumsum(1);
    // All pixels but those of the largest value, in 255 steps.
    const last = upTo.argmax(1, true);
    const step = histogram.gather(1, last).neg_().add_(height * width).floorDivide_(255);
    const table = upTo.narrow(1, 0, 255).add(step.floorDivide(2)).floorDivide_(step.clamp(1))
      .clamp_(0, 255);
    const whole = cat([flat.newZeros([planes, 1]), table], 1);
    const equalized = where(step.eq(0), flat, whole.gather(1, flat)).reshape(images.shape)
      .to("uint8");
    return bytes ? equalized : equalized.to(images.dtype).div_(255);
  });
});
