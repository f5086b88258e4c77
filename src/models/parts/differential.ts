/**
 * The difference of two attentions.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** What the norm of a difference adds to the mean square. */
const EPS = 1e-5;

/**
 * Differential attention (Ye et al., Differential transformer, 2025, equations 1 to 3): a head has two queries and two keys of
 * half its width, and takes a learned part λ of the second attention off the first; what is left is normalized. Its
 * parameters are those of the module that it is made for, by timm's names: `lambda_q1`, `lambda_k1`, `lambda_q2`,
 * `lambda_k2`, `sub_norm`.
 */
export class Differential {
  readonly #heads: number;
  readonly #headDim: number;
  readonly #lambdas: readonly Tensor[];
  readonly #norm: nn.RMSNorm;
  /** What λ starts with, by how deep the block is. */
  readonly #initial: number;

  /** Gives its parameters to `owner`, which is in the block of number `index`. */
  constructor(owner: nn.Module, dim: number, heads: number, index: number) {
    this.#heads = heads;
    this.#headDim = dim / heads / 2;
    this.#lambdas = ["q1", "k1", "q2", "k2"].map((name) =>
      owner.registerParameter(
        `lambda_${name}`,
        torch.scope(() => nn.init.normal_(torch.empty([this.#headDim]), 0, 0.1)),
      )
    );
    this.#norm = owner.registerModule("sub_norm", new nn.RMSNorm(2 * this.#headDim, { eps: EPS }));
    this.#initial = 0.8 - 0.6 * Math.exp(-0.3 * index);
  }

  /** Queries, keys and values (B, N, D) each to (B, N, D). */
  mix(queries: Tensor, keys: Tensor, values: Tensor): Tensor {
    const [batch, length, dim] = queries.shape;
    const halves = (x: Tensor) =>
      x.reshape(batch, length, this.#heads, 2, this.#headDim).permute(3, 0, 2, 1, 4).unbind(0);
    const [q1, q2] = halves(queries);
    const [k1, k2] = halves(keys);
    const v = values.reshape(batch, length, this.#heads, 2 * this.#headDim).transpose(1, 2);
    const first = torch.scaledDotProductAttention(q1, k1, v);
    const second = torch.scaledDotProductAttention(q2, k2, v);
    const difference = this.#norm.forward(first.sub(second.mul(this.#lambda())));
    return difference.mul(1 - this.#initial).transpose(1, 2).reshape(batch, length, dim);
  }

  #lambda(): Tensor {
    const [q1, k1, q2, k2] = this.#lambdas;
    const [one, other] = [q1.mul(k1), q2.mul(k2)].map((product) => product.sum().exp());
    return one.sub(other).add(this.#initial);
  }
}

/** Self-attention by {@linkcode Differential}. Keys as timm's: `qkv` (3D, D), `proj` (D, D), and its own. */
export class DifferentialAttention extends nn.Module {
  /** From tokens to queries, keys and values. */
  readonly qkv: nn.Linear;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;
  readonly #difference: Differential;

  /** For tokens of width `dim` in the block of number `index`. */
  constructor(dim: number, heads: number, index: number, options: { qkvBias: boolean }) {
    super();
    this.qkv = new nn.Linear(dim, 3 * dim, { bias: options.qkvBias });
    this.proj = new nn.Linear(dim, dim);
    this.#difference = new Differential(this, dim, heads, index);
  }

  /** Shapes: (B, N, D) to its own. */
  override forward(tokens: Tensor): Tensor {
    const [q, k, v] = this.qkv.forward(tokens).chunk(3, -1);
    return this.proj.forward(this.#difference.mix(q, k, v));
  }
}
