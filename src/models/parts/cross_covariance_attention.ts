/**
 * Attention between channels.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkHeads } from "./self_attention.ts";

/**
 * Cross-covariance attention: channels instead of tokens attend to each other, so that its cost grows with the number of
 * tokens alone (El-Nouby et al., XCiT, 2021, equation 2). Keys as timm's: `temperature` (heads, 1, 1), `qkv`, `proj`.
 */
export class CrossCovarianceAttention extends nn.Module {
  /** The number of heads. */
  readonly heads: number;
  /** By how much each head's similarities are sharpened. */
  readonly temperature: Tensor;
  /** From tokens to queries, keys and values. */
  readonly qkv: nn.Linear;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;

  /**
   * Splits the channels of tokens of width `dim` over `heads` heads.
   *
   * @throws {ArgumentError} if the width cannot be split evenly.
   */
  constructor(dim: number, heads: number) {
    super();
    checkHeads("CrossCovarianceAttention", dim, heads);
    this.heads = heads;
    this.temperature = this.registerParameter("temperature", torch.ones([heads, 1, 1]));
    this.qkv = new nn.Linear(dim, 3 * dim);
    this.proj = new nn.Linear(dim, dim);
  }

  /** Shapes: (B, N, D) to its own. */
  override forward(tokens: Tensor): Tensor {
    const [batch, length, dim] = tokens.shape;
    const [q, k, v] = this.qkv.forward(tokens)
      .reshape(batch, length, 3, this.heads, dim / this.heads)
      .permute(2, 0, 3, 4, 1)
      .unbind(0);
    const similarity = unit(q).matmul(unit(k).transpose(-2, -1)).mul(this.temperature);
    const mixed = similarity.softmax(-1).matmul(v);
    return this.proj.forward(mixed.permute(0, 3, 1, 2).reshape(batch, length, dim));
  }
}

/** Vectors of the last dimension with length 1. */
function unit(x: Tensor): Tensor {
  return x.div(torch.linalgVectorNorm(x, 2, -1, true).clampMin(1e-12));
}
