/**
 * Tables of biases of relative positions, for windows of another size.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * A table of biases of relative positions in a square window for a window of another side, as BEiT's authors and timm
 * fit it: distances of the small window are taken to be further apart the larger they are, in a geometric
 * progression that ends where the other window ends, and what lies between them is interpolated linearly. The last `extra`
 * rows, of a class token, stay as they are. The table is returned as it is if the windows are the same.
 *
 * Shapes: ((2s - 1)² + extra, heads) to ((2s' - 1)² + extra, heads).
 *
 * @throws {ShapeError} if the table is not of a square window.
 */
export function resizeBiasTable(table: Tensor, window: number, extra = 0): Tensor {
  const [rows, heads] = table.shape;
  const from = Math.sqrt(rows - extra);
  const to = 2 * window - 1;
  if (table.ndim !== 2 || !Number.isInteger(from) || from % 2 === 0) {
    throw new ShapeError(
      `a table of relative positions [${table.shape.join(", ")}] is not of a square window${
        extra > 0 ? ` and ${extra} rows of a class token` : ""
      }`,
    );
  }
  if (from === to) return table;
  return torch.scope(() => {
    const { dtype, device } = table;
    const weights = torch.tensor(interpolation(from, to), { device, dtype: "float32" });
    const map = table.narrow(0, 0, from * from).t().reshape(heads, from, from).float();
    const resized = weights.matmul(map).matmul(weights.t()).flatten(1).t().to(dtype);
    return torch.cat([resized, table.narrow(0, from * from, extra)], 0);
  });
}

/** For each of `to` places the weights of `from` places whose distances grow in a geometric progression. */
function interpolation(from: number, to: number): number[][] {
  const places = geometricPlaces(from, to);
  const end = Math.floor(to / 2);
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(Math.max(i - end, places[0]), places[from - 1]);
    const right = Math.max(1, places.findIndex((one) => one >= place));
    const part = (place - places[right - 1]) / (places[right] - places[right - 1]);
    return places.map((_, j) => j === right ? part : j === right - 1 ? 1 - part : 0);
  });
}

/** The places of a window of `from` distances in one of `to`, the middle at 0. */
function geometricPlaces(from: number, to: number): number[] {
  const steps = Math.floor(from / 2);
  let [low, high, ratio] = [1.01, 1.5, 0];
  while (high - low > 1e-6) {
    ratio = (low + high) / 2;
    const length = (1 - ratio ** steps) / (1 - ratio);
    if (length > Math.floor(to / 2)) high = ratio;
    else low = ratio;
  }
  const places: number[] = [];
  for (let i = 0, place = 1; i < steps; place += ratio ** ++i) places.push(place);
  return [...places.map((place) => -place).reverse(), 0, ...places];
}
