/**
 * Self-attention within windows of an image.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** For every two places of a window, the row of the bias table for their distance: (window⁴), row by row. */
export function relativePositions(window: number): BigInt64Array<ArrayBuffer> {
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
  return index;
}

/** In a shifted image, which of its three stretches a row or column is of: unshifted ones never meet. */
function stretches(length: number, window: number, shift: number): number[] {
  return Array.from(
    { length },
    (_, i) => shift === 0 || i < length - window ? 0 : i < length - shift ? 1 : 2,
  );
}

/**
 * Multi-head self-attention within square windows, with a learned bias for every relative position (Liu et al. 2021,
 * section 3.2 and equation 4). With a shift the image is first rolled up and to the left by half a window; places that
 * meet only by that do not see each other (figure 4). Images whose sides are not multiples of the window are padded
 * with zeros below and to the right; a side that is no longer than the window is not shifted.
 *
 * Keys as torchvision's: `qkv`, `proj`, `relative_position_bias_table` ((2 window - 1)², heads),
 * `relative_position_index` (window⁴).
 */
export class WindowAttention extends nn.Module {
  /** The side of a window. */
  readonly window: number;
  /** By how much the windows are shifted, or 0. */
  readonly shift: number;
  /** The number of heads. */
  readonly heads: number;
  /** From tokens to queries, keys and values. */
  readonly qkv: nn.Linear;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;
  /** What is added to the scores for every relative position. */
  readonly biasTable: Tensor;
  readonly #index: Tensor;
  readonly #dim: number;
  readonly #masks = new Map<string, Tensor>();

  /**
   * Splits tokens of width `dim` over `heads` heads.
   *
   * @throws {ArgumentError} if the width cannot be split evenly.
   */
  constructor(
    dim: number,
    heads: number,
    window: number,
    shift: number,
    options: { keepsIndex?: boolean } = {},
  ) {
    super();
    if (dim % heads !== 0) {
      throw new ArgumentError(
        `WindowAttention: dim ${dim} cannot be split into ${heads} equal heads; choose a divisor.`,
      );
    }
    this.window = window;
    this.shift = shift;
    this.heads = heads;
    this.#dim = dim;
    const rows = (2 * window - 1) ** 2;
    this.biasTable = this.registerParameter(
      "relative_position_bias_table",
      nn.init.truncNormal_(torch.empty([rows, heads]), 0, 0.02),
    );
    this.#index = this.registerBuffer(
      "relative_position_index",
      torch.tensor(relativePositions(window)),
      { persistent: options.keepsIndex ?? true },
    );
    this.qkv = new nn.Linear(dim, 3 * dim);
    this.proj = new nn.Linear(dim, dim);
  }

  /** Shapes: (B, H, W, D) to its own. */
  override forward(x: Tensor): Tensor {
    const { window: w, heads, shift } = this;
    const [batch, height, width] = x.shape;
    const rows = Math.ceil(height / w);
    const columns = Math.ceil(width / w);
    const [below, right] = [rows * w - height, columns * w - width];
    const down = rows > 1 ? shift : 0;
    const across = columns > 1 ? shift : 0;
    const padded = below || right ? torch.pad(x, [0, 0, 0, right, 0, below]) : x;
    const rolled = down || across ? padded.roll([-down, -across], [1, 2]) : padded;
    const windows = rolled.reshape(batch, rows, w, columns, w, this.#dim)
      .permute(0, 1, 3, 2, 4, 5).reshape(-1, w * w, this.#dim);
    const [q, k, v] = this.qkv.forward(windows)
      .reshape(batch, rows * columns, w * w, 3, heads, this.#dim / heads)
      .permute(3, 0, 1, 4, 2, 5).unbind(0);
    const mixed = this.#attend(q, k, v, this.#bias(rows, columns, down, across)).transpose(-3, -2);
    const joined = mixed.reshape(batch, rows, columns, w, w, this.#dim)
      .permute(0, 1, 3, 2, 4, 5).reshape(batch, rows * w, columns * w, this.#dim);
    const back = down || across ? joined.roll([down, across], [1, 2]) : joined;
    const whole = below ? back.narrow(1, 0, height) : back;
    return this.proj.forward(right ? whole.narrow(2, 0, width) : whole);
  }

  /** All of (B, windows, heads, window², D / heads); the bias (windows or 1, heads, window², window²). */
  #attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor): Tensor {
    if (bias.requiresGrad) {
      // The fused operator does not take a bias that is trained, and what it does instead is slower than this.
      const scores = q.mul((this.#dim / this.heads) ** -0.5).matmul(k.mT);
      return scores.add_(bias).softmax(-1).matmul(v);
    }
    const each = bias.shape[0] === 1 ? bias : bias.expand(q.shape[0], -1, -1, -1, -1).flatten(0, 1);
    const [queries, keys, values] = [q, k, v].map((one) => one.flatten(0, 1));
    return torch.scaledDotProductAttention(queries, keys, values, each);
  }

  /** What is added to the scores: (windows or 1, heads, window², window²). */
  #bias(rows: number, columns: number, down: number, across: number): Tensor {
    const places = this.window ** 2;
    const bias = this.biasTable.indexSelect(0, this.#index)
      .reshape(places, places, this.heads).permute(2, 0, 1).unsqueeze(0);
    return down || across ? bias.add(this.#mask(rows, columns, down, across)) : bias;
  }

  /** -100 for two places of a shifted window that are not neighbors in the image: (windows, 1, window², window²). */
  #mask(rows: number, columns: number, down: number, across: number): Tensor {
    const name = `shift_mask_${rows}x${columns}`;
    const found = this.#masks.get(name);
    if (found !== undefined) return found;
    const { window: w } = this;
    const mask = torch.noGrad(() =>
      torch.scope(() => {
        const regions = torch.tensor(
          stretches(rows * w, w, down).map((i) =>
            stretches(columns * w, w, across).map((j) => 3 * i + j)
          ),
          { device: this.biasTable.device },
        );
        const split = regions.reshape(rows, w, columns, w).permute(0, 2, 1, 3)
          .reshape(rows * columns, 1, w * w);
        const apart = split.unsqueeze(2).ne(split.unsqueeze(3));
        return apart.to(this.biasTable.dtype).mul(-100);
      })
    );
    this.#masks.set(name, this.registerBuffer(name, mask, { persistent: false }));
    return mask;
  }
}
