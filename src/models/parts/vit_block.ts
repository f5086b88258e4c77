/**
 * The block of the vision transformer.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DifferentialAttention } from "./differential.ts";
import { DropPath } from "./drop_path.ts";
import { type TokenActivation, tokenActivation } from "./gelu.ts";
import { LayerScale } from "./layer_scale.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";
import { SelfAttention } from "./self_attention.ts";
import { PackedSwiGlu } from "./swiglu.ts";
import { type TokenNorm, tokenNorm } from "./token_norm.ts";

/** What makes one {@linkcode VitBlock} another. */
export interface VitBlockOptions {
  /** The number of attention heads. */
  readonly heads: number;
  /** The width of the MLP's hidden layer. */
  readonly hidden: number;
  /** The activation of the MLP; `"swiglu"` makes it gated, with both halves in the hidden width. */
  readonly activation: TokenActivation | "swiglu";
  /** Whether queries, keys and values have biases. */
  readonly qkvBias: boolean;
  /** What the norms add to the variance. */
  readonly eps: number;
  /** What learned scales of the branches start with; there are none without it. */
  readonly layerScale?: number;
  /** What the norms are; `"layer"` by default. */
  readonly norm?: TokenNorm;
  /** Whether attention and MLP have a norm before their last layer; false by default. */
  readonly subNorms?: boolean;
  /** Whether queries and keys are normalized, head by head, where a block can do so; false by default. */
  readonly qkNorm?: boolean;
  /** Whether attention is the difference of two; false by default. */
  readonly differential?: boolean;
  /** The number of the block, from 0, which decides how differential attention starts; 0 by default. */
  readonly index?: number;
}

/** The attention of a block over tokens of width `dim`. */
export function blockAttention(
  dim: number,
  options: VitBlockOptions,
): SelfAttention | DifferentialAttention {
  const { heads, qkvBias, subNorms = false, differential = false, index = 0 } = options;
  if (differential) return new DifferentialAttention(dim, heads, index, { qkvBias });
  const norm = subNorms ? tokenNorm(dim, options) : undefined;
  return new SelfAttention(dim, heads, { qkvBias, norm });
}

/** The MLP of a block over tokens of width `dim`. */
export function blockMlp(dim: number, options: VitBlockOptions): Mlp | PackedSwiGlu {
  const { hidden, activation, subNorms = false } = options;
  if (activation === "swiglu") return new PackedSwiGlu(dim, hidden);
  const norm = subNorms ? tokenNorm(hidden, options) : undefined;
  return new Mlp(dim, hidden, { activation: tokenActivation(activation), norm });
}

/** The scale of a branch of width `dim`, or null where branches are not scaled. */
export function blockScale(dim: number, { layerScale }: VitBlockOptions): LayerScale | null {
  return layerScale === undefined ? null : new LayerScale(dim, layerScale);
}

/**
 * A block of the vision transformer: x + MSA(LN(x)), then x + MLP(LN(x)) (Dosovitskiy et al. 2021, equations 2 and
 * 3). Keys as timm's: `norm1`, `attn`, `ls1`, `norm2`, `mlp`, `ls2`.
 */
export class VitBlock extends nn.Module {
  /** The norm before the attention. */
  readonly norm1: nn.LayerNorm | nn.RMSNorm;
  /** The attention. */
  readonly attn: SelfAttention | DifferentialAttention;
  /** The scale of the attention's branch, or null. */
  readonly ls1: LayerScale | null;
  /** The norm before the MLP. */
  readonly norm2: nn.LayerNorm | nn.RMSNorm;
  /** The MLP. */
  readonly mlp: Mlp | PackedSwiGlu;
  /** The scale of the MLP's branch, or null. */
  readonly ls2: LayerScale | null;
  readonly #drop: DropPath;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: VitBlockOptions) {
    super();
    this.norm1 = tokenNorm(dim, options);
    this.attn = blockAttention(dim, options);
    this.ls1 = blockScale(dim, options);
    this.norm2 = tokenNorm(dim, options);
    this.mlp = blockMlp(dim, options);
    this.ls2 = blockScale(dim, options);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() => {
      const branch = this.attn.forward(this.norm1.forward(x));
      return residual(x, this.#drop.forward(this.ls1?.forward(branch) ?? branch));
    });
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm2.forward(mixed));
      return residual(mixed, this.#drop.forward(this.ls2?.forward(branch) ?? branch));
    });
  }
}
