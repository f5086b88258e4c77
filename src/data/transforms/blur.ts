/**
 * Blurred images.
 *
 * @module
 */

import { span } from "../../base/option_parts.ts";
import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { ArgumentError, ShapeError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import { conv2d, reflectionPad2d } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { applyChosen } from "./choose.ts";
import { brightest } from "./color_values.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/** Options of {@linkcode randomGaussianBlur}. */
export interface GaussianBlurOptions {
  /** How many pixels a pixel is made of in each direction, an odd number; 23 by default. */
  size?: number;
  /** The least and the largest standard deviation in pixels; [0.1, 2] by default. */
  sigma?: readonly [least: number, most: number];
  /** The probability that an image is blurred; 0.5 by default. */
  p?: number;
}

function checkSize(size: number, what: string): void {
  if (!Number.isSafeInteger(size) || size < 1 || size % 2 === 0) {
    throw new ArgumentError(`${what}: the size is an odd whole number of at least 1, got ${size}.`);
  }
}

/**
 * Blurs each image by a bell curve of its own width, mirroring it at its edges, as torchvision's `gaussian_blur`.
 *
 * @param images (B, C, H, W), uint8 or floating-point; so is the result.
 * @param sigmas For each image the standard deviation in pixels.
 * @param size How many pixels a pixel is made of in each direction, an odd number.
 * @throws {ShapeError} If there are not as many deviations as images, or the images are too small.
 * @throws {ArgumentError} If a deviation is not above 0, or the size is not odd.
 */
export function gaussianBlur(images: Tensor, sigmas: readonly number[], size: number): Tensor {
  const { count, channels, height, width } = imageSizes(images, "gaussianBlur");
  checkSize(size, "gaussianBlur");
  if (sigmas.length !== count) {
    throw new ShapeError(`gaussianBlur: ${sigmas.length} deviations for ${count} images.`);
  }
  const wrong = sigmas.find((sigma) => !(sigma > 0 && sigma < Infinity));
  if (wrong !== undefined) {
    throw new ArgumentError(`gaussianBlur: a deviation is above 0, got ${wrong}.`);
  }
  const side = (size - 1) / 2;
  if (side >= Math.min(height, width)) {
    throw new ShapeError(
      `gaussianBlur: a size of ${size} is too much for images of ${height} x ${width}.`,
    );
  }
  const bytes = brightest(images) === 255;
  const planes = count * channels;
  const weights = new Float32Array(planes * size);
  sigmas.forEach((sigma, image) => {
    const curve = Array.from(
      { length: size },
      (_, i) => Math.exp(-((i - side) ** 2) / (2 * sigma ** 2)),
    );
    const sum = curve.reduce((total, value) => total + value, 0);
    for (let channel = 0; channel < channels; channel++) {
      weights.set(curve.map((value) => value / sum), (image * channels + channel) * size);
    }
  });
  return scope(() => {
    const floats = bytes ? images.float() : images;
    const { device, dtype } = floats;
    const kernel = tensor(weights, { shape: [planes, 1, size, 1], device }).to(dtype);
    const padded = reflectionPad2d(floats, [side, side, side, side])
      .reshape(1, planes, height + 2 * side, width + 2 * side);
    // The bell curve of two directions is that of one after the other.
    const down = conv2d(padded, kernel, null, 1, 0, 1, planes);
    const blurred = conv2d(down, kernel.transpose(2, 3), null, 1, 0, 1, planes)
      .reshape(count, channels, height, width);
    return bytes ? blurred.round_().clamp_(0, 255).to("uint8") : blurred;
  });
}

/** The declaration of {@linkcode GaussianBlurOptions}. */
export const GAUSSIAN_BLUR_OPTIONS: OptionTable<GaussianBlurOptions> = {
  size: whole({ default: 23, min: 1, help: "how many pixels a pixel is made of; an odd number" }),
  sigma: span({
    default: [0.1, 2],
    above: 0,
    help: "the least and the largest deviation in pixels",
  }),
  p: number({ default: 0.5, min: 0, max: 1, help: "the probability that an image is changed" }),
};

/**
 * Blurs some of the images, each by a bell curve of a width of its own.
 *
 * @throws {ArgumentError} If the size is not odd, or a deviation or `p` is out of range.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const blur = data.randomGaussianBlur({ size: 5, p: 0.2 });
 * using images = torch.rand([2, 3, 32, 32]);
 * using blurred = blur(images, new data.ImageRandom(0, 0, [10, 11]));
 * ```
 */
export function randomGaussianBlur(options: GaussianBlurOptions = {}): Transform {
  const filled = resolveOptions("randomGaussianBlur", GAUSSIAN_BLUR_OPTIONS, options);
  const { size, sigma, p } = filled;
  checkSize(size, "randomGaussianBlur");
  return described({ name: "randomGaussianBlur", ...filled }, (images, random) => {
    const { count } = imageSizes(images, "randomGaussianBlur", random);
    const numbers = random.draw(2);
    const choices = Array.from({ length: count }, (_, row) => numbers[2 * row] < p ? 0 : -1);
    const deviation = (row: number) => sigma[0] + numbers[2 * row + 1] * (sigma[1] - sigma[0]);
    return applyChosen(images, choices, [
      (part, rows) => gaussianBlur(part, rows.map(deviation), size),
    ]);
  });
}
