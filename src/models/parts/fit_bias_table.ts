/**
 * Fitting a table of relative position biases to windows of another size.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * A table ((2 window - 1)², heads) for windows of another size, as timm and BEiT do it: the known distances are set apart in
 * a geometric progression, dense near 0, that reaches as far as the new ones, and what lies between is interpolated linearly.
 * A table that is no square, or fits, is returned as it is.
 */
export function fitBiasTable(table: Tensor, window: number): Tensor {
  const from = Math.sqrt(table.size(0));
  const to = 2 * window - 1;
  if (from === to || !Number.isInteger(from) || from < 3 || to < 3) return table;
  return torch.noGrad(() =>
    torch.scope(() => {
      const along = torch.tensor(weights(places(from, to), to), { device: table.device });
      const map = table.float().reshape(from, from, -1).permute(2, 0, 1);
      return along.matmul(map).matmul(along.mT).permute(1, 2, 0).reshape(to * to, -1)
        .to(table.dtype);
    })
  );
}

/**
 * A state dict whose tables of biases are fitted to those of a model, where those are ((2 window - 1)², heads) or
 * (heads, 2 window - 1, 2 window - 1): see {@linkcode fitBiasTable}.
 */
export function fitBiasTables(
  state: Readonly<Record<string, Tensor>>,
  own: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(state).map(([key, table]) => {
      const isTable = key.endsWith("relative_position_bias_table") && Object.hasOwn(own, key);
      return [key, isTable && table.ndim === own[key].ndim ? fittedTo(table, own[key]) : table];
    }),
  );
}

function fittedTo(table: Tensor, { shape }: Tensor): Tensor {
  const side = shape.length === 3 ? shape[1] : Math.sqrt(shape[0]);
  if (!Number.isInteger(side)) return table;
  if (table.ndim === 2) return fitBiasTable(table, (side + 1) / 2);
  return torch.noGrad(() => {
    const flat = fitBiasTable(table.flatten(1).mT, (side + 1) / 2).mT;
    const found = Math.sqrt(flat.size(1));
    return Number.isInteger(found) ? flat.unflatten(1, [found, found]) : table;
  });
}

/** Where `from` known distances are set, so that the outermost reaches those of `to` new ones. */
function places(from: number, to: number): number[] {
  const half = Math.floor(from / 2);
  const reach = (ratio: number) => (1 - ratio ** half) / (1 - ratio);
  let [left, right] = [1.01, 1.5];
  let ratio = left;
  while (right - left > 1e-6) {
    ratio = (left + right) / 2;
    if (reach(ratio) > Math.floor(to / 2)) right = ratio;
    else left = ratio;
  }
  const side: number[] = [];
  let place = 1;
  for (let i = 0; i < half; i++) {
    side.push(place);
    place += ratio ** (i + 1);
  }
  return [...side.map((one) => -one).reverse(), 0, ...side].map(Math.fround);
}

/** The weights of the known places for each new distance, linear between neighbours: to x from. */
function weights(known: readonly number[], to: number): number[][] {
  const half = Math.floor(to / 2);
  return Array.from({ length: to }, (_, i) => {
    const wanted = i - half;
    const row = known.map(() => 0);
    const after = known.findIndex((place) => place >= wanted);
    // What lies beyond the outermost place has its value.
    if (after <= 0) row[after < 0 ? known.length - 1 : 0] = 1;
    else {
      const share = (wanted - known[after - 1]) / (known[after] - known[after - 1]);
      row[after] = share;
      row[after - 1] = 1 - share;
    }
    return row;
  });
}
