/**
 * Attention with biases of relative positions, for CoAtNet and MaxViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { biasedAttention } from "./biased_attention.ts";
import type { MaxVitAttentionOptions } from "./maxvit_options.ts";
import { type RelativeBias, relativeBias } from "./relative_bias.ts";

/** How many channels a head has. */
export const MAXVIT_HEAD = 32;

/** What a block is given beside the network's options. */
export interface RelativeAttentionOptions extends MaxVitAttentionOptions {
  /** The side of the windows, or of the map where attention is of all of it. */
  readonly window: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/** Attention with biases of relative positions, of tokens (B, N, dim) or of maps (B, dim, H, W). Keys as timm's. */
export class RelativeAttention extends nn.Module {
  readonly qkv: nn.Module;
  readonly rel_pos: RelativeBias;
  readonly proj: nn.Module;
  readonly #headFirst: boolean;
  readonly #scale: number;

  constructor(
    dims: { from: number; inner: number; to: number },
    isMap: boolean,
    options: RelativeAttentionOptions,
  ) {
    super();
    const { from, inner, to } = dims;
    const layer = (before: number, width: number) =>
      isMap ? new nn.Conv2d(before, width, 1) : new nn.Linear(before, width);
    const { window, bias, biasHidden: hidden } = options;
    this.qkv = layer(from, 3 * inner);
    this.rel_pos = relativeBias(bias, { window, heads: inner / MAXVIT_HEAD, hidden });
    this.proj = layer(inner, to);
    this.#headFirst = options.headFirst;
    this.#scale = (options.scalesByWidth ? inner : MAXVIT_HEAD) ** -0.5;
  }

  override forward(x: Tensor): Tensor {
    if (x.ndim === 3) return this.proj.forward(this.#mixed(this.qkv.forward(x)));
    const tokens = this.#mixed(this.qkv.forward(x).flatten(2).mT);
    return this.proj.forward(tokens.mT.unflatten(2, x.shape.slice(2)));
  }

  #mixed(qkv: Tensor): Tensor {
    const [q, k, v] = this.#headFirst
      ? qkv.unflatten(2, [-1, 3, MAXVIT_HEAD]).permute(3, 0, 2, 1, 4).unbind(0)
      : qkv.unflatten(2, [3, -1, MAXVIT_HEAD]).permute(2, 0, 3, 1, 4).unbind(0);
    const mixed = biasedAttention([q, k, v], this.rel_pos.forward(), this.#scale);
    return mixed.transpose(1, 2).flatten(2);
  }
}
