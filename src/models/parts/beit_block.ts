/**
 * The block of BEiT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { BeitAttention } from "./beit_attention.ts";
import { DropPath } from "./drop_path.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";

/** What makes one {@linkcode BeitBlock} another. */
export interface BeitBlockOptions {
  /** The number of attention heads. */
  readonly heads: number;
  /** The width of the MLP's hidden layer. */
  readonly hidden: number;
  /** What the norms add to the variance. */
  readonly eps: number;
  /** What the learned scales of the branches start with. */
  readonly layerScale: number;
  /** Rows and columns of patches. */
  readonly side: number;
  /** For every two tokens the row of the bias table. */
  readonly index: Tensor;
}

/**
 * A block of the vision transformer with relative positions and scaled branches (Bao et al. 2022, section 2.5). Keys as
 * timm's: `norm1`, `attn`, `gamma_1`, `norm2`, `mlp`, `gamma_2`.
 */
export class BeitBlock extends nn.Module {
  /** The norm before the attention. */
  readonly norm1: nn.LayerNorm;
  /** The attention. */
  readonly attn: BeitAttention;
  /** The norm before the MLP. */
  readonly norm2: nn.LayerNorm;
  /** The MLP. */
  readonly mlp: Mlp;
  readonly #gamma1: Tensor;
  readonly #gamma2: Tensor;
  readonly #drop: DropPath;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: BeitBlockOptions) {
    super();
    const { heads, hidden, eps, layerScale, side, index } = options;
    this.norm1 = new nn.LayerNorm(dim, { eps });
    this.attn = new BeitAttention(dim, heads, side, index);
    this.#gamma1 = this.registerParameter("gamma_1", torch.full([dim], layerScale));
    this.norm2 = new nn.LayerNorm(dim, { eps });
    this.mlp = new Mlp(dim, hidden);
    this.#gamma2 = this.registerParameter("gamma_2", torch.full([dim], layerScale));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() => {
      const branch = this.attn.forward(this.norm1.forward(x)).mul(this.#gamma1);
      return residual(x, this.#drop.forward(branch));
    });
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm2.forward(mixed)).mul(this.#gamma2);
      return residual(mixed, this.#drop.forward(branch));
    });
  }
}
