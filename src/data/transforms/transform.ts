/**
 * What a transform is.
 *
 * @module
 */

import type { Spec } from "../../base/spec.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { ImageRandom } from "../image_random.ts";

/**
 * Changes a batch of images (B, C, H, W) as tensor work. Images are uint8 from 0 to 255 or
 * floating-point from 0 to 1, until {@linkcode normalize} has been applied.
 *
 * What is random is drawn from `random`, for each image by itself and for each as many numbers, whatever the others are: so
 * an image becomes the same in any batch. The images given are never changed; the result may be the very tensor that was
 * given.
 *
 * `spec` says what the transform does, its name and all options: two transforms of one spec make the same of an image. A
 * function of one's own can be given one.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const most = 0.2;
 * const dim: data.Transform = Object.assign(
 *   (images: torch.Tensor, random: data.ImageRandom) =>
 *     data.adjustBrightness(images, Array.from(random.draw(1), (number) => 1 - most * number)),
 *   { spec: { name: "dim", most } },
 * );
 * using images = torch.rand([2, 3, 32, 32]);
 * using dimmed = dim(images, new data.ImageRandom(0, 0, [10, 11]));
 * ```
 */
export type Transform = ((images: Tensor, random: ImageRandom) => Tensor) & {
  /** What the transform does, as plain data; undefined if that is not known. */
  readonly spec?: Spec;
};

/** A {@linkcode Transform} that draws nothing. */
export type FixedTransform = ((images: Tensor) => Tensor) & {
  /** What the transform does, as plain data; undefined if that is not known. */
  readonly spec?: Spec;
};
