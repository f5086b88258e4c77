/**
 * Relative positions of the places of a window.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** The side of the largest window: more places would need gigabytes for what every two of them are to each other. */
const largest = 64;

/**
 * Checks that the places of a window are not too many.
 *
 * @throws {ArgumentError} naming the model, the window and the limit.
 */
export function checkWindow(model: string, window: number): void {
  if (window <= largest) return;
  throw new ArgumentError(
    `${model}: attention sees at most ${largest} x ${largest} places at once, got ${window} x ${window}; choose ` +
      "smaller windows or images.",
  );
}

/** The index that was made last: networks have the same windows in many blocks. */
let known: { readonly window: number; readonly index: BigInt64Array<ArrayBuffer> } | null = null;

/**
 * For every two places of a window, the row of the bias table for their distance: (window⁴), row by row.
 *
 * @throws {ArgumentError} if the window is too large.
 */
export function relativePositions(window: number): BigInt64Array<ArrayBuffer> {
  if (known?.window === window) return known.index;
  checkWindow("Attention", window);
  const places = window * window;
  const side = 2 * window - 1;
  const index = new BigInt64Array(places * places);
  for (let from = 0; from < places; from++) {
    for (let to = 0; to < places; to++) {
      const down = Math.floor(from / window) - Math.floor(to / window) + window - 1;
      const across = from % window - to % window + window - 1;
      index[from * places + to] = BigInt(down * side + across);
    }
  }
  known = { window, index };
  return index;
}

/** The bias of every two places: a table ((2 window - 1)², heads) to (1, heads, window², window²), by their index (window⁴). */
export function biasOfTable(table: Tensor, index: Tensor): Tensor {
  const places = Math.sqrt(index.numel);
  return table.indexSelect(0, index).reshape(places, places, -1).permute(2, 0, 1).unsqueeze(0);
}

/**
 * The distances of two places down and across, each by `scaled`: ((2 window - 1)², 2), in the order of the rows of a bias
 * table.
 */
export function distances(window: number, scaled: (distance: number) => number): Tensor {
  const side = Array.from({ length: 2 * window - 1 }, (_, i) => scaled(i - window + 1));
  return torch.tensor(side.flatMap((down) => side.map((across) => [down, across])));
}
