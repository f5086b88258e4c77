/**
 * Maps, place by place.
 *
 * @module
 */

import { interpolate } from "../nn/functional/interpolate.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Maps (B, C, H, W) as one row for each of their places (B·H·W, C). */
export function rowsOf(maps: Tensor): Tensor {
  return maps.permute(0, 2, 3, 1).flatten(0, 2);
}

/** Maps in another grid: bilinear, averaging over all places where they shrink. */
export function resized(maps: Tensor, height: number, width: number): Tensor {
  const [own, across] = maps.shape.slice(2);
  if (own === height && across === width) return maps;
  const antialias = height < own || width < across;
  return interpolate(maps, { size: [height, width], mode: "bilinear", antialias });
}
