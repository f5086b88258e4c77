/**
 * The dtypes that images may have.
 *
 * @module
 */

import { DTypeError } from "../base/errors.ts";
import { isComplex, isFloatingPoint } from "../torch/dtype.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * Refuses images of a dtype that none are of: numbers of 8 bits with an exponent, as weights have, and complex ones. Which
 * of the others fit is another matter.
 *
 * @param who What is given the images, for the message.
 * @throws {DTypeError} if they are of such a dtype.
 */
export function checkImageDType({ dtype }: Tensor, who: string): void {
  if (!dtype.startsWith("float8") && !isComplex(dtype)) return;
  throw new DTypeError(
    `${who} takes images of float32, float64, float16 or bfloat16, or bytes (uint8) if it normalizes them itself; got ` +
      `${dtype}. Convert them with ${isComplex(dtype) ? `abs() or real()` : `to("float32")`}.`,
  );
}

/**
 * Refuses pixels that are neither bytes nor floating-point numbers.
 *
 * @param who What the pixels are of, for the message.
 * @throws {DTypeError} if they are of such a dtype.
 */
export function checkPixelDType(pixels: Tensor, who: string): void {
  checkImageDType(pixels, who);
  const { dtype } = pixels;
  if (dtype === "uint8" || isFloatingPoint(dtype)) return;
  throw new DTypeError(
    `${who} takes images of uint8 (0 to 255) or floating-point (0 to 1), got ${dtype}.`,
  );
}
