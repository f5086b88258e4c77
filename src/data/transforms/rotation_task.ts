/**
 * Learning without labels from rotations.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { arange } from "../../torch/creation.ts";
import { cat } from "../../torch/operators.gen.ts";
import { noteRange } from "../../torch/known_range.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { imageSizes } from "./image_sizes.ts";

/** Rotated images, and by how much. */
export interface RotatedImages {
  /** (4B, C, H, W): all images as they are, then all by 90 degrees, by 180, by 270. */
  images: Tensor;
  /** int64 (4B): the number of quarter turns counter-clockwise, 0 to 3. */
  labels: Tensor;
}

/**
 * Each image in its four rotations by quarter turns, with the number of turns as the class: a task
 * that needs no labels. A network that has learnt it is a descriptive teacher.
 *
 * S. Gidaris, P. Singh, N. Komodakis: Unsupervised representation learning by predicting image
 * rotations (ICLR 2018).
 *
 * @param images (B, C, H, W) with H = W, of any dtype.
 * @throws {ShapeError} If the images are not square.
 */
export function rotate90(images: Tensor): RotatedImages {
  const { count, height, width } = imageSizes(images, "rotate90");
  if (height !== width) {
    throw new ShapeError(
      `rotate90 takes square images, got ${height} x ${width}; crop or resize them first.`,
    );
  }
  const { device } = images;
  const made = scope(() => ({
    images: cat([0, 1, 2, 3].map((turns) => images.rot90(turns, [2, 3]))),
    labels: arange(0, 4, 1, { device }).reshape(4, 1).expand([4, count]).reshape(4 * count),
  }));
  noteRange(made.labels, 0, 3);
  return made;
}
