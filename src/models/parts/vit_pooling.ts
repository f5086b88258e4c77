/**
 * From the tokens of a vision transformer to its features.
 *
 * @module
 */

import type * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { AttentionPoolLatent } from "./attention_pool.ts";
import { type TokenActivation, tokenActivation } from "./gelu.ts";
import { type TokenNorm, tokenNorm } from "./token_norm.ts";

/** What makes one {@linkcode VitPooling} another. */
export interface VitPoolingOptions {
  /** The width of the tokens. */
  readonly dim: number;
  /** The number of attention heads of the pool `"map"`. */
  readonly heads: number;
  /** The hidden width of its MLP over that of the tokens. */
  readonly mlpRatio: number;
  /** The activation of its MLP. */
  readonly activation: TokenActivation | "swiglu";
  /** What the last norm is. */
  readonly norm: TokenNorm;
  /** What the norms add to the variance. */
  readonly eps: number;
  /** What the features are: the first token, the mean of the patches, or what a learned query finds among them. */
  readonly pool: "token" | "avg" | "map";
  /** Whether the query finds the tokens before the patches too. */
  readonly poolRegisters: boolean;
  /** Whether there is a norm. */
  readonly finalNorm: boolean;
  /** Whether the norm comes after the pooling. */
  readonly fcNorm: boolean;
}

/**
 * The last norm and the pooling of a vision transformer, in the order that is set (Dosovitskiy et al. 2021, equation 4).
 * Their parameters are those of the model, by timm's names: `norm`, `attn_pool`, `fc_norm`.
 */
export class VitPooling {
  /** The norm before the pooling, or null. */
  readonly norm: nn.LayerNorm | nn.RMSNorm | null = null;
  /** The pooling by attention, or null. */
  readonly attnPool: AttentionPoolLatent | null = null;
  /** The norm after the pooling, or null. */
  readonly fcNorm: nn.LayerNorm | nn.RMSNorm | null = null;
  readonly #token: boolean;
  /** How many tokens are left out of a pooling that is not of the first. */
  readonly #left: number;

  /** Gives its parts to `model`, whose patches come after `prefixCount` other tokens. */
  constructor(model: nn.Module, prefixCount: number, options: VitPoolingOptions) {
    const { dim, heads, mlpRatio, eps, pool, activation } = options;
    if (options.finalNorm) {
      const last = tokenNorm(dim, options);
      if (options.fcNorm) this.fcNorm = model.registerModule("fc_norm", last);
      else this.norm = model.registerModule("norm", last);
    }
    if (pool === "map") {
      const gelu = tokenActivation(activation === "swiglu" ? "gelu" : activation);
      const attention = new AttentionPoolLatent(dim, { heads, mlpRatio, eps, activation: gelu });
      this.attnPool = model.registerModule("attn_pool", attention);
    }
    this.#token = pool === "token";
    this.#left = pool === "map" && options.poolRegisters ? 0 : prefixCount;
  }

  /** Tokens after the norm, if there is one before the pooling: (B, N, D) to its own. */
  normed(tokens: Tensor): Tensor {
    return this.norm?.forward(tokens) ?? tokens;
  }

  /** Tokens (B, N, D) to features (B, D). */
  features(tokens: Tensor): Tensor {
    if (this.#token) {
      // A norm before the token is taken is the same as one after.
      const token = tokens.select(1, 0);
      return (this.norm ?? this.fcNorm)?.forward(token) ?? token;
    }
    const normed = this.normed(tokens);
    const patches = normed.narrow(1, this.#left, normed.size(1) - this.#left);
    const pooled = this.attnPool?.forward(patches) ?? patches.mean(1);
    return this.fcNorm?.forward(pooled) ?? pooled;
  }
}
