/**
 * Pooling tokens by attention.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Mlp } from "./mlp.ts";
import { checkHeads } from "./self_attention.ts";

/** Options of {@linkcode AttentionPoolLatent}; in brackets timm's names of them. */
export interface AttentionPoolOptions {
  /** The number of attention heads (`num_heads`). */
  heads: number;
  /** The hidden width of the MLP over that of the tokens (`mlp_ratio`); 4 by default. */
  mlpRatio?: number;
  /** The activation of the MLP (`act_layer`), GELU by default. It may overwrite its input. */
  activation?: (x: Tensor) => Tensor;
  /** What the norms add to the variance (of `norm_layer`); 1e-6 by default. */
  eps?: number;
  /** Whether queries, keys and values have biases (`qkv_bias`); true by default. */
  qkvBias?: boolean;
  /** Whether queries and keys are normalized, head by head (`qk_norm`); false by default. */
  qkNorm?: boolean;
  /** The number of learned tokens that ask (`latent_len`); 1 by default. */
  latentLen?: number;
  /**
   * What of the answers to several is returned (`pool_type`): the first (`"token"`, the default), their mean (`"avg"`), or all
   * (`"none"`).
   */
  pool?: "token" | "avg" | "none";
  /** For how many tokens there is a position embedding (`pos_embed` "abs", `feat_size`); there is none by default. */
  posEmbed?: number;
}

/**
 * Learned tokens ask, those of the image answer (Lee et al., Set transformer, 2019, equation 11; Zhai et al., Scaling
 * vision transformers, 2022, section 3.1): a = proj(softmax(q kᵀ / √d) v), then a + MLP(LN(a)).
 *
 * Keys as those of timm's `AttentionPoolLatent`: `latent` (1, L, D), `q` (D, D), `kv` (2D, D), `proj` (D, D), `norm`,
 * `mlp`, and where there are such `pos_embed` (N, D), `q_norm`, `k_norm`.
 */
export class AttentionPoolLatent extends nn.Module {
  /** The tokens that ask, (1, L, D). */
  readonly latent: Tensor;
  /** The positions that are added to the tokens, (N, D), or null. */
  readonly positions: Tensor | null = null;
  /** From the tokens that ask to queries. */
  readonly q: nn.Linear;
  /** From tokens to keys and values. */
  readonly kv: nn.Linear;
  /** The norm of the queries of a head, or null. */
  readonly qNorm: nn.LayerNorm | null = null;
  /** The norm of the keys of a head, or null. */
  readonly kNorm: nn.LayerNorm | null = null;
  /** From the joined heads to answers. */
  readonly proj: nn.Linear;
  /** The norm before the MLP. */
  readonly norm: nn.LayerNorm;
  /** The MLP. */
  readonly mlp: Mlp;
  readonly #heads: number;
  readonly #headDim: number;
  readonly #pool: "token" | "avg" | "none";

  /**
   * For tokens of width `dim`.
   *
   * @throws {ArgumentError} if the width cannot be split evenly over the heads.
   */
  constructor(dim: number, options: AttentionPoolOptions) {
    super();
    const { heads, mlpRatio = 4, activation, eps = 1e-6, qkvBias: bias = true } = options;
    const { qkNorm = false, latentLen = 1, pool = "token", posEmbed = 0 } = options;
    checkHeads("AttentionPoolLatent", dim, heads);
    const headDim = dim / heads;
    if (posEmbed > 0) this.positions = this.#tokens("pos_embed", [posEmbed, dim]);
    this.latent = this.#tokens("latent", [1, latentLen, dim]);
    this.q = new nn.Linear(dim, dim, { bias });
    this.kv = new nn.Linear(dim, 2 * dim, { bias });
    if (qkNorm) {
      this.qNorm = this.registerModule("q_norm", new nn.LayerNorm(headDim, { eps }));
      this.kNorm = this.registerModule("k_norm", new nn.LayerNorm(headDim, { eps }));
    }
    this.proj = new nn.Linear(dim, dim);
    this.norm = new nn.LayerNorm(dim, { eps });
    this.mlp = new Mlp(dim, Math.trunc(dim * mlpRatio), { activation });
    this.#heads = heads;
    this.#headDim = headDim;
    this.#pool = pool;
  }

  #tokens(name: string, shape: number[]): Tensor {
    const std = shape.at(-1)! ** -0.5;
    const values = torch.scope(() =>
      nn.init.truncNormal_(torch.empty(shape), 0, std, -2 * std, 2 * std)
    );
    return this.registerParameter(name, values);
  }

  /** Shapes: tokens (B, N, D) to (B, D), or to (B, L, D) where all answers are returned. */
  override forward(tokens: Tensor): Tensor {
    return torch.scope(() => {
      const answers = this.#answers(tokens);
      const x = answers.add(this.mlp.forward(this.norm.forward(answers)));
      if (this.#pool === "none") return x;
      return this.#pool === "avg" ? x.mean(1) : x.select(1, 0);
    });
  }

  #answers(tokens: Tensor): Tensor {
    const [batch, length, dim] = tokens.shape;
    const heads = [this.#heads, this.#headDim] as const;
    const placed = this.positions === null ? tokens : tokens.add(this.positions);
    const [keys, v] = this.kv.forward(placed)
      .reshape(batch, length, 2, ...heads).permute(2, 0, 3, 1, 4).unbind(0);
    const k = this.kNorm?.forward(keys) ?? keys;
    // The same questions for every image: they are made once.
    const queries = this.q.forward(this.latent).unflatten(2, heads).transpose(1, 2);
    const q = (this.qNorm?.forward(queries) ?? queries).expand(batch, -1, -1, -1);
    const mixed = torch.scaledDotProductAttention(q, k, v);
    return this.proj.forward(mixed.transpose(1, 2).reshape(batch, -1, dim));
  }
}
