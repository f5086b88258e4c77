/**
 * Images that a data set holds on to.
 *
 * @module
 */

import { DTypeError, ShapeError } from "../base/errors.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/** A handle of one's own, outside every scope, on uint8 images (N, C, H, W) in the CPU's memory. */
export function holdImages(images: Tensor, name: string): Tensor {
  const shape = images.shape;
  if (shape.length !== 4 || shape[1] < 1 || shape[2] < 1 || shape[3] < 1) {
    throw new ShapeError(
      `${name}: images have the shape [${shape.join(", ")}]; give (N, C, H, W).`,
    );
  }
  if (images.dtype !== "uint8") {
    throw new DTypeError(
      `${name}: images are ${images.dtype}; give uint8, 0 to 255, and let the loader make them float.`,
    );
  }
  return scope(() => keep(images.detach().cpu().contiguous()));
}
