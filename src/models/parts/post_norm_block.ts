/**
 * The block with norms at the ends of its branches.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import type { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";
import type { PackedSwiGlu } from "./swiglu.ts";
import { tokenNorm } from "./token_norm.ts";
import { blockAttention, blockMlp, type VitBlockOptions } from "./vit_block.ts";

/**
 * A block whose norms end its branches: x + LN(MSA(x)), then x + LN(MLP(x)) (Liu et al., Swin transformer V2, 2022,
 * figure 1). A learned scale of the branches is where the norms' own weights start. Keys as timm's: `attn`, `norm1`, `mlp`,
 * `norm2`.
 */
export class PostNormBlock extends nn.Module {
  /** The attention. */
  readonly attn: nn.Module;
  /** The norm after the attention. */
  readonly norm1: nn.LayerNorm | nn.RMSNorm;
  /** The MLP. */
  readonly mlp: Mlp | PackedSwiGlu;
  /** The norm after the MLP. */
  readonly norm2: nn.LayerNorm | nn.RMSNorm;
  readonly #drop: DropPath;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: VitBlockOptions) {
    super();
    const { layerScale = 1 } = options;
    this.attn = blockAttention(dim, options);
    this.norm1 = tokenNorm(dim, options);
    this.mlp = blockMlp(dim, options);
    this.norm2 = tokenNorm(dim, options);
    for (const { weight } of [this.norm1, this.norm2]) nn.init.constant_(weight!, layerScale);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() =>
      residual(x, this.#drop.forward(this.norm1.forward(this.attn.forward(x))))
    );
    return torch.scope(() =>
      residual(mixed, this.#drop.forward(this.norm2.forward(this.mlp.forward(mixed))))
    );
  }
}
