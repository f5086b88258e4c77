/**
 * The check of images for networks that take one size only.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Checks that images (B, C, H, W) are square and of the one size that a network was built for.
 *
 * @throws {ShapeError} naming the model, both sizes and what to do.
 */
export function checkImageSize(model: string, images: Tensor, side: number): void {
  const [height, width] = images.shape.slice(2);
  if (height === side && width === side) return;
  throw new ShapeError(
    `This ${model} is for images of ${side} x ${side} pixels, got [${images.shape.join(", ")}]. ` +
      `Resize the images, or build it with their imageSize.`,
  );
}
