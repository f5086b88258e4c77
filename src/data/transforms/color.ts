/**
 * Brightness, contrast, saturation, hue: each image by a number of its own. Results are those of torchvision's functions
 * of these names.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import { cat, where } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { inFloat } from "./color_values.ts";
import { described } from "./described.ts";
import { imageSizes } from "./image_sizes.ts";
import type { FixedTransform } from "./transform.ts";

/** Gray as torchvision weighs it: red, green, blue. */
const GRAY = [0.2989, 0.587, 0.114];

/** Numbers for each image, in a shape that multiplies images. */
function perImage(values: readonly number[], images: Tensor): Tensor {
  const options = { shape: [values.length, 1, 1, 1], device: images.device };
  const numbers = tensor(Float32Array.from(values), options);
  return images.dtype === "float32" ? numbers : numbers.to(images.dtype);
}

function check(
  images: Tensor,
  values: readonly number[],
  what: string,
  least = 0,
  most = Infinity,
) {
  const { count, channels } = imageSizes(images, what);
  if (values.length !== count) {
    throw new ShapeError(`${what}: ${values.length} numbers for ${count} images.`);
  }
  if (channels !== 1 && channels !== 3) {
    throw new ShapeError(`${what} takes images of 1 or 3 channels, got ${channels}.`);
  }
  const wrong = values.find((value) => !(value >= least && value <= most && value < Infinity));
  if (wrong !== undefined) {
    throw new ArgumentError(`${what}: a number is from ${least} to ${most}, got ${wrong}.`);
  }
}

/** `other` where a factor is 0, the images where it is 1, and so on beyond. */
function blend(floats: Tensor, other: Tensor, factors: readonly number[]): Tensor {
  const rest = factors.map((factor) => 1 - factor);
  return floats.mul(perImage(factors, floats)).add_(other.mul(perImage(rest, floats)));
}

/** One channel of gray from floats of 3 or 1. */
function grayOf(floats: Tensor, whole: boolean): Tensor {
  if (floats.size(1) === 1) return floats;
  const [red, green, blue] = floats.split(1, 1);
  const gray = red.mul(GRAY[0]).add_(green, { alpha: GRAY[1] }).add_(blue, { alpha: GRAY[2] });
  return whole ? gray.floor_() : gray;
}

/**
 * Images lighter or darker: multiplied by their factors.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @param factors For each image: 0 for black, 1 for no change.
 * @throws {ShapeError} If there are not as many factors as images, or the channels are not 1 or 3.
 * @throws {ArgumentError} If a factor is below 0 or not finite.
 */
export function adjustBrightness(images: Tensor, factors: readonly number[]): Tensor {
  check(images, factors, "adjustBrightness");
  return inFloat(images, (floats) => floats.mul(perImage(factors, floats)));
}

/**
 * Images with more or less contrast: their distance from their mean gray multiplied.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @param factors For each image: 0 for its mean gray, 1 for no change.
 * @throws {ShapeError} If there are not as many factors as images, or the channels are not 1 or 3.
 * @throws {ArgumentError} If a factor is below 0 or not finite.
 */
export function adjustContrast(images: Tensor, factors: readonly number[]): Tensor {
  check(images, factors, "adjustContrast");
  const whole = images.dtype === "uint8";
  return inFloat(images, (floats) => {
    const gray = grayOf(floats, whole);
    // Row by row, then the rows: in one go, a single image would be summed in another order than one of several.
    const mean = gray.sum([3], true).sum([2], true).div_(gray.size(2) * gray.size(3));
    return blend(floats, mean, factors);
  });
}

/**
 * Images with stronger or weaker colors: their distance from their own gray multiplied. Gray images stay as they are.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @param factors For each image: 0 for gray, 1 for no change.
 * @throws {ShapeError} If there are not as many factors as images, or the channels are not 1 or 3.
 * @throws {ArgumentError} If a factor is below 0 or not finite.
 */
export function adjustSaturation(images: Tensor, factors: readonly number[]): Tensor {
  check(images, factors, "adjustSaturation");
  if (images.size(1) === 1) return images;
  const whole = images.dtype === "uint8";
  return inFloat(images, (floats) => blend(floats, grayOf(floats, whole), factors));
}

/**
 * Images with their colors turned around the color circle. Gray images stay as they are.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @param turns For each image, from -0.5 to 0.5 of a full turn.
 * @throws {ShapeError} If there are not as many turns as images, or the channels are not 1 or 3.
 * @throws {ArgumentError} If a turn is out of range.
 */
export function adjustHue(images: Tensor, turns: readonly number[]): Tensor {
  check(images, turns, "adjustHue", -0.5, 0.5);
  if (images.size(1) === 1) return images;
  const bytes = images.dtype === "uint8";
  return scope(() => {
    const floats = bytes ? images.float().div_(255) : images;
    const turned = turnHue(floats, perImage(turns.map((turn) => 6 * turn), floats));
    // Each byte stands for an equal part of the numbers from 0 to 1.
    return bytes ? turned.mul_(255.999).to("uint8") : turned;
  });
}

/** The hexcone model of hue, saturation and value (A. R. Smith, SIGGRAPH 1978), in sixths of a turn. */
function turnHue(floats: Tensor, sixths: Tensor): Tensor {
  const [red, green, blue] = floats.split(1, 1);
  const value = floats.amax([1], true);
  const range = value.sub(floats.amin([1], true));
  // Without color any hue will do, but it has to be a number.
  const divisor = range.add(range.eq(0).to(range.dtype));
  const fromRed = green.sub(blue).div_(divisor);
  const fromGreen = blue.sub(red).div_(divisor).add_(2);
  const fromBlue = red.sub(green).div_(divisor).add_(4);
  const hue = where(value.eq(red), fromRed, where(value.eq(green), fromGreen, fromBlue))
    .add_(sixths);
  // Each channel is a trapezium along the circle: the value, less the range where another color rules.
  const channels = [5, 3, 1].map((start) => {
    const along = hue.add(start).remainder_(6);
    return along.minimum(along.neg().add_(4)).clamp_(0, 1).mul_(range).neg_().add_(value);
  });
  return cat(channels, 1).clamp_(0, 1);
}

/**
 * Images without their colors, in as many channels as before.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @throws {ShapeError} If the channels are not 1 or 3.
 */
export const grayscale: FixedTransform = described({ name: "grayscale" }, (images: Tensor) => {
  const { count, channels } = imageSizes(images, "grayscale");
  check(images, new Array(count).fill(0), "grayscale");
  if (channels === 1) return images;
  return inFloat(images, (floats) => grayOf(floats, false)).repeat(1, 3, 1, 1);
});
