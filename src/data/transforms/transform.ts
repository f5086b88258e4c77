/**
 * What transforms of whole batches have in common.
 *
 * @module
 */

import { DTypeError } from "../../base/errors.ts";
import { isFloatingPoint } from "../../torch/dtype.ts";
import type { Generator } from "../../torch/random.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";

/**
 * Changes a batch of images (B, C, H, W) as tensor work. Images are uint8 from 0 to 255 or
 * floating-point from 0 to 1, until {@linkcode normalize} has been applied.
 *
 * What is random is drawn from `generator`, a CPU one, for each image by itself. The images given
 * are never changed; the result may be the very tensor that was given.
 */
export type Transform = (images: Tensor, generator: Generator) => Tensor;

/** A {@linkcode Transform} that draws nothing. */
export type FixedTransform = (images: Tensor) => Tensor;

/**
 * Applies transforms one after the other.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const augment = data.compose(
 *   data.randomCrop(2),
 *   data.randomHorizontalFlip(),
 *   data.normalize([0.1307], [0.3081]),
 * );
 * ```
 */
export function compose(...transforms: readonly Transform[]): Transform {
  return (images, generator) =>
    scope(() => transforms.reduce((current, transform) => transform(current, generator), images));
}

/**
 * Images as float32 from 0 to 1: uint8 divided by 255, other floating-point dtypes converted.
 *
 * @throws {DTypeError} If they are of another dtype, whose range is not known.
 */
export function toFloat(images: Tensor): Tensor {
  const dtype = images.dtype;
  if (dtype === "float32") return images;
  if (dtype === "uint8") return scope(() => images.to("float32").div_(255));
  if (isFloatingPoint(dtype)) return images.to("float32");
  throw new DTypeError(`Images are uint8 (0 to 255) or floating-point (0 to 1), got ${dtype}.`);
}
