/**
 * Attention with a bias for how far apart two places are.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Grid } from "./positions.ts";

/** For every place that asks, which are every `stride`-th of the rows and columns, and every place of a grid: the bias. */
function offsets([rows, columns]: Grid, stride: number): BigInt64Array<ArrayBuffer> {
  const count = Math.ceil(rows / stride) * Math.ceil(columns / stride);
  const found = new BigInt64Array(count * rows * columns);
  let at = 0;
  for (let row = 0; row < rows; row += stride) {
    for (let column = 0; column < columns; column += stride) {
      for (let to = 0; to < rows * columns; to++) {
        const down = Math.abs(row - Math.floor(to / columns));
        found[at++] = BigInt(down * columns + Math.abs(column - to % columns));
      }
    }
  }
  return found;
}

/** The most rows and columns: for each two places there is a number that says which bias is theirs. */
const MOST_ROWS = 64;

/**
 * Checks that attention can have a bias for every two places of a map.
 *
 * @throws {ArgumentError} naming the model, the size of its images and the limit.
 */
export function checkGrid(model: string, imageSize: number, side: number): void {
  if (side > 0 && side <= MOST_ROWS) return;
  throw new ArgumentError(
    `${model}: imageSize ${imageSize} makes maps of ${side} x ${side} places, whose attention has a bias for each two; ` +
      `there can be from 1 x 1 to ${MOST_ROWS} x ${MOST_ROWS}.`,
  );
}

/**
 * Attention within a grid, with a learned bias of each head for how many rows and columns lie between two places, in
 * whichever direction (Graham et al., LeViT, 2021, equation 1). Keys as timm's: `attention_biases` (heads, places).
 */
export abstract class OffsetAttention extends nn.Module {
  /** Rows and columns that are looked at. */
  readonly grid: Grid;
  /** Rows and columns that ask: all of them, or every `stride`-th. */
  readonly asking: Grid;
  /** What is added to the scores for every offset, (heads, rows · columns). */
  readonly biases: Tensor;
  readonly #index: Tensor;

  /**
   * For maps of a grid.
   *
   * @throws {ArgumentError} if the grid has no places, or there are no heads.
   */
  constructor(heads: number, grid: Grid, stride = 1) {
    super();
    if (!(heads > 0 && grid[0] > 0 && grid[1] > 0)) {
      throw new ArgumentError(
        `Attention needs one head or more and a grid of at least 1 x 1 places, got ${heads} and ${
          grid.join(" x ")
        }; the network is too narrow, or the images are too small.`,
      );
    }
    this.grid = grid;
    this.asking = [Math.ceil(grid[0] / stride), Math.ceil(grid[1] / stride)];
    this.biases = this.registerParameter(
      "attention_biases",
      torch.zeros([heads, grid[0] * grid[1]]),
    );
    this.#index = this.registerBuffer(
      "attention_bias_idxs",
      torch.tensor(offsets(grid, stride)),
      { persistent: false },
    );
  }

  /** What is added to the scores, (heads, places that ask, places). */
  protected bias(): Tensor {
    const [asking, places] = [this.asking, this.grid].map(([rows, columns]) => rows * columns);
    return this.biases.indexSelect(1, this.#index).unflatten(1, [asking, places]);
  }
}
