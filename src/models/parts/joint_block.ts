/**
 * The block with attention and MLP side by side.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Differential } from "./differential.ts";
import { DropPath } from "./drop_path.ts";
import { type TokenActivation, tokenActivation } from "./gelu.ts";
import type { LayerScale } from "./layer_scale.ts";
import { residual } from "./residual.ts";
import { tokenNorm } from "./token_norm.ts";
import { blockScale, type VitBlockOptions } from "./vit_block.ts";

/**
 * A block whose attention and MLP see the same normalized tokens: x + MSA(LN(x)) + MLP(LN(x)), with one layer into both
 * (Dehghani et al., Scaling vision transformers to 22 billion parameters, 2023, section 2). Where queries, keys and values
 * have no biases the MLP has one of its own.
 *
 * Keys as timm's: `in_norm`, `in_proj`, `mlp_bias`, `q_norm`, `k_norm`, `attn_out_proj`, `mlp_out_proj`, `ls`; with
 * differential attention one layer out of both, `out_proj`.
 */
export class JointBlock extends nn.Module {
  /** The scale of the branch, or null. */
  readonly ls: LayerScale | null;
  readonly #norm: nn.Module;
  readonly #in: nn.Linear;
  readonly #mlpBias: Tensor | null;
  readonly #headNorms: readonly nn.Module[];
  readonly #difference: Differential | null;
  /** One layer out of both, or one out of each: of the attention, of the MLP. */
  readonly #out: readonly nn.Linear[];
  readonly #activation: (x: Tensor) => Tensor;
  readonly #drop: DropPath;
  readonly #widths: readonly number[];
  readonly #heads: number;

  /** For tokens of width `dim`, whose branch is left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: VitBlockOptions) {
    super();
    const { heads, hidden, qkvBias: bias, qkNorm = false, differential = false } = options;
    const linear = (name: string, from: number) =>
      this.registerModule(name, new nn.Linear(from, dim));
    this.#norm = this.registerModule("in_norm", tokenNorm(dim, options));
    this.#in = this.registerModule("in_proj", new nn.Linear(dim, hidden + 3 * dim, { bias }));
    this.#mlpBias = bias ? null : this.registerParameter("mlp_bias", torch.zeros([hidden]));
    this.#headNorms = (qkNorm ? ["q_norm", "k_norm"] : [])
      .map((name) => this.registerModule(name, tokenNorm(dim / heads, options)));
    this.#difference = differential ? new Differential(this, dim, heads, options.index ?? 0) : null;
    this.#out = differential
      ? [linear("out_proj", dim + hidden)]
      : [linear("attn_out_proj", dim), linear("mlp_out_proj", hidden)];
    this.ls = blockScale(dim, options);
    this.#activation = tokenActivation(options.activation as TokenActivation);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
    this.#widths = [hidden, dim, dim, dim];
    this.#heads = heads;
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const [first, q, k, v] = this.#in.forward(this.#norm.forward(x)).split(this.#widths, -1);
      const attended = this.#difference?.mix(q, k, v) ?? this.#attend(q, k, v);
      const hidden = this.#activation(this.#mlpBias === null ? first : first.add(this.#mlpBias));
      const [out, ofMlp] = this.#out;
      const branch = ofMlp === undefined
        ? out.forward(torch.cat([attended, hidden], -1))
        : out.forward(attended).add(ofMlp.forward(hidden));
      return residual(x, this.#drop.forward(this.ls?.forward(branch) ?? branch));
    });
  }

  /** Queries, keys and values (B, N, D) each to (B, N, D). */
  #attend(queries: Tensor, keys: Tensor, values: Tensor): Tensor {
    const split = (x: Tensor, norm?: nn.Module) => {
      const heads = x.unflatten(-1, [this.#heads, -1]);
      return (norm?.forward(heads) ?? heads).transpose(1, 2);
    };
    const [qNorm, kNorm] = this.#headNorms;
    const [q, k, v] = [split(queries, qNorm), split(keys, kNorm), split(values)];
    return torch.scaledDotProductAttention(q, k, v).transpose(1, 2).flatten(2);
  }
}
