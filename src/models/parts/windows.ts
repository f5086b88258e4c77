/**
 * Cutting maps into windows, and joining them again.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";

/** How many windows a map has, down and across. */
export type WindowGrid = readonly [rows: number, columns: number];

/**
 * Cuts a map into square windows of `side` places (Liu et al. 2021, figure 2): (B, H, W, D) to (B · windows, side², D).
 * The map's sides are multiples of the window's.
 */
export function cutWindows(map: Tensor, side: number): Tensor {
  const [batch, height, width, dim] = map.shape;
  return map.reshape(batch, height / side, side, width / side, side, dim)
    .permute(0, 1, 3, 2, 4, 5).reshape(-1, side * side, dim);
}

/** The map that {@linkcode cutWindows} cut: (B · windows, side², D) to (B, rows · side, columns · side, D). */
export function joinWindows(windows: Tensor, [rows, columns]: WindowGrid): Tensor {
  const [, places, dim] = windows.shape;
  const side = Math.sqrt(places);
  return windows.reshape(-1, rows, columns, side, side, dim)
    .permute(0, 1, 3, 2, 4, 5).reshape(-1, rows * side, columns * side, dim);
}

/**
 * Takes places that are far from each other together: `side` x `side` places that are spread evenly over the map (Tu et al.,
 * MaxViT, 2022, figure 3). Shapes as {@linkcode cutWindows} has them.
 */
export function cutGrid(map: Tensor, side: number): Tensor {
  const [batch, height, width, dim] = map.shape;
  return map.reshape(batch, side, height / side, side, width / side, dim)
    .permute(0, 2, 4, 1, 3, 5).reshape(-1, side * side, dim);
}

/** The map that {@linkcode cutGrid} cut: the sides are `rows` and `columns` times the grid's. */
export function joinGrid(windows: Tensor, [rows, columns]: WindowGrid): Tensor {
  const [, places, dim] = windows.shape;
  const side = Math.sqrt(places);
  return windows.reshape(-1, rows, columns, side, side, dim)
    .permute(0, 3, 1, 4, 2, 5).reshape(-1, rows * side, columns * side, dim);
}
