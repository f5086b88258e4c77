/**
 * Blocks that mix tokens by layers of their places.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";

/** A scale and a shift of every channel (Touvron et al. 2021, equation 1). Keys as timm's: `alpha`, `beta` (1, 1, D). */
export class Affine extends nn.Module {
  readonly #alpha: Tensor;
  readonly #beta: Tensor;

  /** For tokens of width `dim`. */
  constructor(dim: number) {
    super();
    this.#alpha = this.registerParameter("alpha", torch.ones([1, 1, dim]));
    this.#beta = this.registerParameter("beta", torch.zeros([1, 1, dim]));
  }

  /** Shapes: (B, N, D) to its own. */
  override forward(tokens: Tensor): Tensor {
    return this.#beta.addcmul(this.#alpha, tokens);
  }
}

/**
 * An MLP over the tokens of each channel, then one over the channels of each token (Tolstikhin et al. 2021, equation 1).
 * Keys as timm's: `norm1`, `mlp_tokens`, `norm2`, `mlp_channels`.
 */
export class MixerBlock extends nn.Module {
  readonly #norm1: nn.LayerNorm;
  readonly #tokens: Mlp;
  readonly #norm2: nn.LayerNorm;
  readonly #channels: Mlp;
  readonly #drop: DropPath;

  /** For `count` tokens of width `dim`. */
  constructor(dim: number, count: number, dropPath: number) {
    super();
    const eps = 1e-6;
    this.#norm1 = this.registerModule("norm1", new nn.LayerNorm(dim, { eps }));
    this.#tokens = this.registerModule("mlp_tokens", new Mlp(count, Math.trunc(dim / 2)));
    this.#norm2 = this.registerModule("norm2", new nn.LayerNorm(dim, { eps }));
    this.#channels = this.registerModule("mlp_channels", new Mlp(dim, 4 * dim));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(input: Tensor): Tensor {
    return torch.scope(() => {
      const mixed = this.#tokens.forward(this.#norm1.forward(input).transpose(1, 2));
      const x = residual(input, this.#drop.forward(mixed.transpose(1, 2)));
      return residual(x, this.#drop.forward(this.#channels.forward(this.#norm2.forward(x))));
    });
  }
}

/**
 * One layer over the tokens of each channel, then an MLP over the channels of each token, both scaled (Touvron et al.
 * 2021, equations 2 and 3). Keys as timm's: `norm1`, `linear_tokens`, `norm2`, `mlp_channels`, `ls1`, `ls2`.
 */
export class ResMlpBlock extends nn.Module {
  readonly #norm1: Affine;
  readonly #tokens: nn.Linear;
  readonly #norm2: Affine;
  readonly #channels: Mlp;
  readonly #scales: readonly Tensor[];
  readonly #drop: DropPath;

  /** For `count` tokens of width `dim`; scales start with `layerScale`. */
  constructor(dim: number, count: number, layerScale: number, dropPath: number) {
    super();
    this.#norm1 = this.registerModule("norm1", new Affine(dim));
    this.#tokens = this.registerModule("linear_tokens", new nn.Linear(count, count));
    this.#norm2 = this.registerModule("norm2", new Affine(dim));
    this.#channels = this.registerModule("mlp_channels", new Mlp(dim, 4 * dim));
    this.#scales = ["ls1", "ls2"].map((name) =>
      this.registerParameter(name, torch.full([dim], layerScale))
    );
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(input: Tensor): Tensor {
    return torch.scope(() => {
      const [first, second] = this.#scales;
      const mixed = this.#tokens.forward(this.#norm1.forward(input).transpose(1, 2));
      const x = residual(input, this.#drop.forward(mixed.transpose(1, 2).mul(first)));
      const hidden = this.#channels.forward(this.#norm2.forward(x)).mul(second);
      return residual(x, this.#drop.forward(hidden));
    });
  }
}
