/**
 * The stages of transformers that have none.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import type { Grid } from "./positions.ts";

/** After how many of `depth` blocks each of four stages ends: a quarter, a half, three quarters and all. */
export function stageEnds(depth: number): number[] {
  return [1, 2, 3, 4].map((quarters) => Math.ceil(depth * quarters / 4));
}

/** The tokens of the patches as a map: (B, prefix + rows · columns, D) to (B, D, rows, columns), a view. */
export function asMap(tokens: Tensor, prefix: number, [rows, columns]: Grid): Tensor {
  return tokens.narrow(1, prefix, rows * columns).transpose(1, 2).unflatten(2, [rows, columns]);
}
