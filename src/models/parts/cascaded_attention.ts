/**
 * Cascaded group attention.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { OffsetAttention } from "./offset_attention.ts";

/** What makes one {@linkcode CascadedAttention} another. */
export interface CascadedAttentionOptions {
  /** The number of heads. */
  readonly heads: number;
  /** Channels of a head's queries and keys. */
  readonly keyDim: number;
  /** The sides of the kernels by which each head's queries see around them. */
  readonly kernels: readonly number[];
  /** The side of a window. */
  readonly window: number;
}

/**
 * Attention within windows whose heads see a part of the channels each, and what the head before made of its own (Liu et
 * al. 2023, figure 6 and equation 2). Maps whose sides are not multiples of the window are padded with zeros below and to
 * the right.
 */
export class CascadedAttention extends OffsetAttention {
  readonly #heads: readonly { qkv: ConvNormAct; near: ConvNormAct }[];
  readonly #proj: ConvNormAct;
  readonly #keyDim: number;
  readonly #valueDim: number;

  /** For maps of `dim` channels. */
  constructor(dim: number, { heads, keyDim, kernels, window }: CascadedAttentionOptions) {
    super(heads, [window, window]);
    this.#keyDim = keyDim;
    this.#valueDim = Math.trunc(dim / (keyDim * heads) * keyDim);
    const each = Array.from({ length: heads }, (_, i) => ({
      qkv: convBn(Math.floor(dim / heads), 2 * keyDim + this.#valueDim),
      near: convBn(keyDim, keyDim, { kernel: kernels[i], depthwise: true }),
    }));
    this.registerModule("qkvs", new nn.ModuleList(each.map(({ qkv }) => qkv)));
    this.registerModule("dws", new nn.ModuleList(each.map(({ near }) => near)));
    this.#heads = each;
    this.#proj = convBn(this.#valueDim * heads, dim);
    this.registerModule("proj", new nn.ModuleList([new nn.Identity(), this.#proj]));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    const [batch, dim, height, width] = x.shape;
    const [w] = this.grid;
    if (height === w && width === w) return this.#attend(x);
    const rows = Math.ceil(height / w);
    const columns = Math.ceil(width / w);
    const [below, right] = [rows * w - height, columns * w - width];
    const padded = below || right ? torch.pad(x, [0, right, 0, below]) : x;
    const windows = padded.reshape(batch, dim, rows, w, columns, w).permute(0, 2, 4, 1, 3, 5)
      .reshape(-1, dim, w, w);
    const whole = this.#attend(windows).reshape(batch, rows, columns, dim, w, w)
      .permute(0, 3, 1, 4, 2, 5).reshape(batch, dim, rows * w, columns * w);
    return below || right ? whole.narrow(2, 0, height).narrow(3, 0, width) : whole;
  }

  #attend(x: Tensor): Tensor {
    const parts = x.chunk(this.#heads.length, 1);
    const biases = this.bias().unbind(0);
    let seen: Tensor | undefined;
    const mixed = this.#heads.map(({ qkv, near }, i) => {
      const [q, k, v] = qkv.forward(seen === undefined ? parts[i] : seen.add(parts[i]))
        .split([this.#keyDim, this.#keyDim, this.#valueDim], 1);
      const scores = near.forward(q).flatten(2).mT.mul(this.#keyDim ** -0.5)
        .matmul(k.flatten(2)).add_(biases[i]);
      seen = v.flatten(2).matmul(scores.softmax(-1).mT).unflatten(2, this.grid);
      return seen;
    });
    return this.#proj.forward(torch.cat(mixed, 1).relu_());
  }
}
