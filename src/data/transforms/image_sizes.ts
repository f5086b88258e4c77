/**
 * The sizes of a batch of images.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { ImageRandom } from "../image_random.ts";

/** The sizes of a batch of images. */
interface ImageSizes {
  count: number;
  channels: number;
  height: number;
  width: number;
}

/**
 * The sizes of a batch, which must have four dimensions.
 *
 * @param random What is drawn from for these images, which must be for as many.
 */
export function imageSizes(images: Tensor, what: string, random?: ImageRandom): ImageSizes {
  const shape = images.shape;
  if (shape.length !== 4) {
    throw new ShapeError(
      `${what} takes a batch of images (B, C, H, W), got the shape [${shape.join(", ")}].`,
    );
  }
  const [count, channels, height, width] = shape;
  if (random !== undefined && random.count !== count) {
    throw new ShapeError(
      `${what}: random numbers of ${random.count} images for a batch of ${count}; make the ` +
        `ImageRandom of the batch's own indices.`,
    );
  }
  return { count, channels, height, width };
}
