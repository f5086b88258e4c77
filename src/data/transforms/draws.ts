/**
 * What transforms share: sizes, and numbers drawn for each image.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import type { Generator } from "../../torch/random.ts";
import { rand, tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";

/** The sizes of a batch of images. */
interface ImageSizes {
  count: number;
  channels: number;
  height: number;
  width: number;
}

/** The sizes of a batch, which must have four dimensions. */
export function imageSizes(images: Tensor, what: string): ImageSizes {
  const shape = images.shape;
  if (shape.length !== 4) {
    throw new ShapeError(
      `${what} takes a batch of images (B, C, H, W), got the shape [${shape.join(", ")}].`,
    );
  }
  const [count, channels, height, width] = shape;
  return { count, channels, height, width };
}

/** `count` random numbers in [0, 1). */
export function draw(count: number, generator: Generator): Float32Array {
  using numbers = rand([count], { generator });
  return numbers.data() as Float32Array;
}

/** Whole numbers as an int64 tensor beside the images. */
export function indicesBeside(values: Int32Array, images: Tensor): Tensor {
  return tensor(values, { dtype: "int64", device: images.device });
}

/** Refuses what is not a probability. */
export function checkProbability(p: number, what: string): void {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`${what}: p is a probability from 0 to 1, got ${p}.`);
  }
}

/** A color given as 0 to 1, as the images' dtype has it. */
export function fillValue(fill: number, images: Tensor): number {
  return images.dtype === "uint8" ? Math.max(0, Math.min(255, Math.round(fill * 255))) : fill;
}
