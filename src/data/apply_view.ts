/**
 * Images as a model wants them.
 *
 * @module
 */

import { ArgumentError, DTypeError } from "../base/errors.ts";
import { convertChannels, resizeImages } from "./convert.ts";
import type { Tensor } from "../torch/tensor.ts";
import { scope } from "../torch/scope.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import type { CenterPart } from "./images/image_part.ts";
import { normalize } from "./mod.ts";
import type { View } from "./view.ts";

/**
 * Makes sure that a view can be used.
 *
 * @throws {ArgumentError} if sizes are not whole, mean and deviation do not fit together, or the part is none.
 */
export function checkView(view: View): void {
  const { size, mean, std, interpolation = "bilinear", cropFraction = 1 } = view ?? {};
  const sizes = Array.isArray(size) && size.length === 2 &&
    size.every((side) => Number.isSafeInteger(side) && side >= 1);
  if (!sizes) {
    throw new ArgumentError(`A view's size is [height, width], got ${JSON.stringify(size)}.`);
  }
  const numbers = Array.isArray(mean) && Array.isArray(std) && mean.length > 0 &&
    mean.length === std.length && mean.every(Number.isFinite) &&
    std.every((value) => Number.isFinite(value) && value > 0);
  if (!numbers) {
    throw new ArgumentError(
      `A view's mean and std have one number for each channel, those of std above 0; got ` +
        `${JSON.stringify(mean)} and ${JSON.stringify(std)}.`,
    );
  }
  if (interpolation !== "bilinear" && interpolation !== "bicubic") {
    throw new ArgumentError(
      `A view's interpolation is "bilinear" or "bicubic", got ${JSON.stringify(interpolation)}.`,
    );
  }
  if (!(cropFraction > 0 && cropFraction <= 1)) {
    throw new ArgumentError(
      `A view's cropFraction is above 0 and at most 1, got ${JSON.stringify(cropFraction)}.`,
    );
  }
}

/** Which part of a photograph a view shows. */
export function partOf({ size, interpolation, cropFraction = 1 }: View): CenterPart {
  const resize = Math.round(Math.max(...size) / cropFraction);
  return { kind: "center", size, resize, interpolation };
}

/**
 * Resizes and normalizes images: what a network of this view is given.
 *
 * @param images (B, C, H, W): uint8 from 0 to 255 or floating-point from 0 to 1, gray or in colors.
 * @returns float32 (B, channels, height, width).
 * @throws {DTypeError} if they are of another dtype.
 */
export function applyView(images: Tensor, view: View): Tensor {
  const { size: [height, width], mean, std, interpolation } = view;
  const dtype = images.dtype;
  if (dtype !== "uint8" && !isFloatingPoint(dtype)) {
    throw new DTypeError(`Images are uint8 (0 to 255) or floating-point (0 to 1), got ${dtype}.`);
  }
  return scope(() => {
    const colored = convertChannels(images, mean.length);
    const [, , rows, columns] = colored.shape;
    const resized = rows === height && columns === width
      ? colored
      : resizeImages(colored, [height, width], { interpolation });
    return normalize(mean, std)(resized);
  });
}
