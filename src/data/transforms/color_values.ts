/**
 * The range of colors, and computing with them.
 *
 * @module
 */

import { DTypeError } from "../../base/errors.ts";
import { isFloatingPoint } from "../../torch/dtype.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";

/** The largest value of a pixel: 255 of uint8 images, 1 of floating-point ones. */
export function brightest(images: Tensor): number {
  const dtype = images.dtype;
  if (dtype === "uint8") return 255;
  if (isFloatingPoint(dtype)) return 1;
  throw new DTypeError(`Images are uint8 (0 to 255) or floating-point (0 to 1), got ${dtype}.`);
}

/** A color given as 0 to 1, as the images' dtype has it. */
export function fillValue(fill: number, images: Tensor): number {
  return images.dtype === "uint8" ? Math.max(0, Math.min(255, Math.round(fill * 255))) : fill;
}

/**
 * Computes in floating point, on the images' own scale; what comes out is cut to it and, of uint8, to whole numbers
 * below.
 */
export function inFloat(images: Tensor, compute: (floats: Tensor) => Tensor): Tensor {
  const most = brightest(images);
  return scope(() => {
    const bytes = most === 255;
    const result = compute(bytes ? images.float() : images).clamp(0, most);
    return bytes ? result.to("uint8") : result;
  });
}
