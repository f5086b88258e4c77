/**
 * Pooling maps by attention.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { resamplePositions } from "./positions.ts";
import { checkHeads } from "./self_attention.ts";

/** Channels of an attention head. */
const HEAD_DIM = 64;

/**
 * The mean of a map asks, it and the pixels answer (Radford et al., Learning transferable visual models from natural
 * language supervision, 2021, section 2.4). Positions are taken to maps of other sizes. Keys as timm's: `pos_embed`
 * (side² + 1, C), `q`, `k`, `v` (C, C).
 */
export class AttentionPool2d extends nn.Module {
  /** The positions of the mean and of the pixels, (side² + 1, C). */
  readonly positions: Tensor;
  /** From tokens to queries. */
  readonly q: nn.Linear;
  /** From tokens to keys. */
  readonly k: nn.Linear;
  /** From tokens to values. */
  readonly v: nn.Linear;
  readonly #heads: number;

  /**
   * For maps (C, side, side) of `channels` channels.
   *
   * @throws {ArgumentError} if the channels cannot be split into heads of 64.
   */
  constructor(channels: number, side: number) {
    super();
    this.#heads = Math.ceil(channels / HEAD_DIM);
    checkHeads("AttentionPool2d", channels, this.#heads);
    const std = channels ** -0.5;
    const drawn = (tensor: Tensor) => nn.init.truncNormal_(tensor, 0, std, -2, 2);
    this.positions = this.registerParameter(
      "pos_embed",
      drawn(torch.zeros([side ** 2 + 1, channels])),
    );
    const layer = () => {
      const linear = new nn.Linear(channels, channels);
      drawn(linear.weight);
      nn.init.zeros_(linear.bias!);
      return linear;
    };
    this.q = layer();
    this.k = layer();
    this.v = layer();
  }

  /** (B, C, rows, columns) to (B, C). */
  override forward(map: Tensor): Tensor {
    return torch.scope(() => {
      const [batch, channels, rows, columns] = map.shape;
      const pixels = map.flatten(2).transpose(1, 2);
      const own = resamplePositions(this.positions.unsqueeze(0), [rows, columns]);
      const tokens = torch.cat([pixels.mean([1], true), pixels], 1).add_(own);
      const split = (x: Tensor) => x.unflatten(2, [this.#heads, -1]).transpose(1, 2);
      const pooled = torch.scaledDotProductAttention(
        // Nobody sees what the pixels would ask.
        split(this.q.forward(tokens.narrow(1, 0, 1))),
        split(this.k.forward(tokens)),
        split(this.v.forward(tokens)),
      );
      return pooled.transpose(1, 2).reshape(batch, channels);
    });
  }
}
