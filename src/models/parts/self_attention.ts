/**
 * Self-attention of tokens.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Checks that tokens of width `dim` can be split over `heads` heads.
 *
 * @throws {ArgumentError} if not, naming the model.
 */
export function checkHeads(model: string, dim: number, heads: number): void {
  if (dim % heads === 0) return;
  throw new ArgumentError(
    `${model}: dim ${dim} cannot be split into ${heads} equal heads; choose a divisor.`,
  );
}

/** Options of {@linkcode SelfAttention}. */
export interface SelfAttentionOptions {
  /** Whether queries, keys and values have biases; true by default. */
  readonly qkvBias?: boolean;
  /** Whether the last layer has biases; true by default. */
  readonly projBias?: boolean;
  /** A norm of the joined heads (Wang et al., Foundation transformers, 2022, section 3.1); there is none by default. */
  readonly norm?: nn.Module;
}

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2.2), fused, with one layer for queries, keys and values.
 * Keys as timm's: `qkv` (3D, D), `proj` (D, D), and `norm` where there is one.
 */
export class SelfAttention extends nn.Module {
  /** The number of heads. */
  readonly heads: number;
  /** From tokens to queries, keys and values. */
  readonly qkv: nn.Linear;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;
  /** The norm of the joined heads, or null. */
  readonly norm: nn.Module | null;
  readonly #dim: number;

  /**
   * Splits tokens of width `dim` over `heads` heads.
   *
   * @throws {ArgumentError} if the width cannot be split evenly.
   */
  constructor(dim: number, heads: number, options: SelfAttentionOptions = {}) {
    super();
    checkHeads("SelfAttention", dim, heads);
    this.heads = heads;
    this.#dim = dim;
    this.qkv = new nn.Linear(dim, 3 * dim, { bias: options.qkvBias ?? true });
    this.norm = options.norm ?? null;
    this.proj = new nn.Linear(dim, dim, { bias: options.projBias ?? true });
  }

  /** Shapes: (B, N, D) to its own. */
  override forward(tokens: Tensor): Tensor {
    const [batch, length] = tokens.shape;
    const [q, k, v] = this.qkv.forward(tokens)
      .reshape(batch, length, 3, this.heads, this.#dim / this.heads)
      .permute(2, 0, 3, 1, 4)
      .unbind(0);
    const mixed = torch.scaledDotProductAttention(q, k, v);
    const joined = mixed.transpose(1, 2).reshape(batch, length, this.#dim);
    return this.proj.forward(this.norm?.forward(joined) ?? joined);
  }
}
