/**
 * Self-attention within windows of an image.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { lasting } from "./lasting.ts";
import { biasedAttention } from "./biased_attention.ts";
import { biasOfTable, relativePositions } from "./relative_positions.ts";
import { cutWindows, joinWindows } from "./windows.ts";

/** In a shifted image, which of its three stretches a row or column is of: unshifted ones never meet. */
function stretches(length: number, window: number, shift: number): number[] {
  return Array.from(
    { length },
    (_, i) => shift === 0 || i < length - window ? 0 : i < length - shift ? 1 : 2,
  );
}

/** What makes one attention within windows another. */
export interface WindowAttentionOptions {
  /** The number of heads. */
  readonly heads: number;
  /** The side of a window. */
  readonly window: number;
  /** By how much the windows are shifted; 0 for not at all. */
  readonly shift: number;
  /** Whether a map that windows do not tile is padded before it is shifted, as torchvision does; timm does so after. */
  readonly padsFirst: boolean;
}

/**
 * Multi-head self-attention within square windows, with a learned bias for every relative position (Liu et al. 2021,
 * section 3.2 and equation 4). With a shift the image is first rolled up and to the left by half a window; places that
 * meet only by that do not see each other (figure 4). Images whose sides are not multiples of the window are padded
 * with zeros below and to the right; a side that is no longer than the window is not shifted.
 *
 * Keys as timm's: `qkv`, `proj`, `relative_position_bias_table` ((2 window - 1)², heads).
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
  readonly #index: Tensor;
  readonly #table: Tensor | null = null;
  readonly #padsFirst: boolean;
  readonly #masks = new Map<string, Tensor>();

  /**
   * Splits tokens of width `dim` over heads.
   *
   * @param own What a subclass has of its own instead of the table and of the biases of queries, keys and values.
   * @throws {ArgumentError} if the width cannot be split evenly.
   */
  constructor(
    dim: number,
    { heads, window, shift, padsFirst }: WindowAttentionOptions,
    own: { readonly bias: boolean; readonly table: boolean } = { bias: true, table: true },
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
    this.#padsFirst = padsFirst;
    if (own.table) {
      const table = nn.init.truncNormal_(torch.empty([(2 * window - 1) ** 2, heads]), 0, 0.02);
      this.#table = this.registerParameter("relative_position_bias_table", table);
    }
    this.#index = this.registerBuffer(
      "relative_position_index",
      torch.tensor(relativePositions(window)),
      { persistent: false },
    );
    this.qkv = new nn.Linear(dim, 3 * dim, { bias: own.bias });
    this.proj = new nn.Linear(dim, dim);
  }

  /** Shapes: (B, H, W, D) to its own. */
  override forward(x: Tensor): Tensor {
    const { window, shift } = this;
    const [, height, width] = x.shape;
    const grid = [Math.ceil(height / window), Math.ceil(width / window)] as const;
    const [below, right] = [grid[0] * window - height, grid[1] * window - width];
    const [down, across] = grid.map((count) => count > 1 ? shift : 0);
    const pad = (map: Tensor) => below || right ? torch.pad(map, [0, 0, 0, right, 0, below]) : map;
    const roll = (map: Tensor, sign: number) =>
      down || across ? map.roll([sign * down, sign * across], [1, 2]) : map;
    const crop = (map: Tensor) => {
      const whole = below ? map.narrow(1, 0, height) : map;
      return right ? whole.narrow(2, 0, width) : whole;
    };
    const windows = cutWindows(this.#padsFirst ? roll(pad(x), -1) : pad(roll(x, -1)), window);
    const joined = joinWindows(this.#mixed(windows, [...grid, down, across]), grid);
    return this.proj.forward(this.#padsFirst ? crop(roll(joined, 1)) : roll(crop(joined), 1));
  }

  /** Attention of windows (B · windows, window², D), which lie in rows and columns and are shifted. */
  #mixed(windows: Tensor, place: Place): Tensor {
    const count = place[0] * place[1];
    const [, places, dim] = windows.shape;
    const [q, k, v] = this.project(windows)
      .reshape(-1, count, places, 3, this.heads, dim / this.heads)
      .permute(3, 0, 1, 4, 2, 5).unbind(0);
    return this.#attend(q, k, v, this.#bias(place)).transpose(-3, -2).reshape(-1, places, dim);
  }

  /** Queries, keys and values of tokens, (*, D) to (*, 3D). @ignore */
  protected project(tokens: Tensor): Tensor {
    return this.qkv.forward(tokens);
  }

  /** The biases of all relative positions: ((2 window - 1)², heads). @ignore */
  protected table(): Tensor {
    return this.#table!;
  }

  /** Queries and keys whose products, times `scale`, are the scores. @ignore */
  protected compared(q: Tensor, k: Tensor): { q: Tensor; k: Tensor; scale: number } {
    return { q, k, scale: q.size(-1) ** -0.5 };
  }

  /** All of (B, windows, heads, window², D / heads); the bias (windows or 1, heads, window², window²). */
  #attend(query: Tensor, key: Tensor, v: Tensor, bias: Tensor): Tensor {
    const { q, k, scale } = this.compared(query, key);
    if (bias.requiresGrad) return biasedAttention([q, k, v], bias, scale);
    const each = bias.shape[0] === 1 ? bias : bias.expand(q.shape[0], -1, -1, -1, -1).flatten(0, 1);
    return biasedAttention([q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1)], each, scale);
  }

  /** What is added to the scores: (windows or 1, heads, window², window²). */
  #bias(place: Place): Tensor {
    const bias = biasOfTable(this.table(), this.#index);
    return place[2] || place[3] ? bias.add(this.#mask(place)) : bias;
  }

  /** -100 for two places of a shifted window that are not neighbors in the image: (windows, 1, window², window²). */
  #mask([rows, columns, down, across]: Place): Tensor {
    const name = `shift_mask_${rows}x${columns}`;
    const found = this.#masks.get(name);
    if (found !== undefined) return found;
    const { window: w } = this;
    const { device, dtype } = this.proj.weight;
    const mask = lasting(() => {
      const regions = torch.tensor(
        stretches(rows * w, w, down).map((i) =>
          stretches(columns * w, w, across).map((j) => 3 * i + j)
        ),
        { device },
      );
      const split = cutWindows(regions.reshape(1, rows * w, columns * w, 1), w).unsqueeze(1);
      return split.ne(split.mT).to(dtype).mul(-100);
    });
    this.#masks.set(name, this.registerBuffer(name, mask, { persistent: false }));
    return mask;
  }
}

/** The rows and columns of windows, and by how much they are shifted. */
type Place = readonly [rows: number, columns: number, down: number, across: number];
