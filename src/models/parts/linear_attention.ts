/**
 * Attention to one vector that sums up a sequence.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_ } from "./activation.ts";
import { DropPath } from "./drop_path.ts";
import { residual } from "./residual.ts";

/**
 * Separable self-attention (Mehta and Rastegari, Separable self-attention for mobile vision transformers, 2023, figure 4c
 * and equation 3): one score for every token weighs the keys, whose sum scales all values. Keys as timm's: `qkv_proj`,
 * `out_proj`.
 */
class SeparableAttention extends nn.Module {
  readonly #qkv: nn.Conv2d;
  readonly #proj: nn.Conv2d;
  readonly #dim: number;

  constructor(dim: number) {
    super();
    this.#dim = dim;
    this.#qkv = this.registerModule("qkv_proj", new nn.Conv2d(dim, 1 + 2 * dim, 1));
    this.#proj = this.registerModule("out_proj", new nn.Conv2d(dim, dim, 1));
  }

  override forward(x: Tensor): Tensor {
    const [scores, keys, values] = this.#qkv.forward(x).split([1, this.#dim, this.#dim], 1);
    const context = keys.mul(scores.softmax(-1)).sum([-1]).unsqueeze(-1);
    return this.#proj.forward(values.relu().mul(context));
  }
}

/** Two layers of each token. Keys as timm's: `fc1`, `fc2`. */
class Mlp extends nn.Module {
  readonly #first: nn.Conv2d;
  readonly #second: nn.Conv2d;

  constructor(dim: number, hidden: number) {
    super();
    this.#first = this.registerModule("fc1", new nn.Conv2d(dim, hidden, 1));
    this.#second = this.registerModule("fc2", new nn.Conv2d(hidden, dim, 1));
  }

  override forward(x: Tensor): Tensor {
    return this.#second.forward(activate_(this.#first.forward(x), "silu"));
  }
}

/** Separable attention, then an MLP, each after a norm. Keys as timm's: `norm1`, `attn`, `norm2`, `mlp`. */
export class LinearTransformerBlock extends nn.Module {
  readonly #norm1: nn.GroupNorm;
  readonly #attn: SeparableAttention;
  readonly #norm2: nn.GroupNorm;
  readonly #mlp: Mlp;
  readonly #drop: DropPath;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number) {
    super();
    this.#norm1 = this.registerModule("norm1", new nn.GroupNorm(1, dim));
    this.#attn = this.registerModule("attn", new SeparableAttention(dim));
    this.#norm2 = this.registerModule("norm2", new nn.GroupNorm(1, dim));
    this.#mlp = this.registerModule("mlp", new Mlp(dim, 2 * dim));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, dim, places in a patch, patches) to its own. */
  override forward(input: Tensor): Tensor {
    return torch.scope(() => {
      const attended = this.#attn.forward(this.#norm1.forward(input));
      const x = residual(input, this.#drop.forward(attended));
      return residual(x, this.#drop.forward(this.#mlp.forward(this.#norm2.forward(x))));
    });
  }
}
