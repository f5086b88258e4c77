/**
 * The block of vision transformers with rotary positions.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";
import { type NormOf, RotaryAttention, type RotaryAttentionOptions } from "./rotary_attention.ts";
import { PackedSwiGlu, SwiGlu } from "./swiglu.ts";

/** What makes one {@linkcode RotaryBlock} another. */
export interface RotaryBlockOptions extends Omit<RotaryAttentionOptions, "norm"> {
  /** The width of the MLP's hidden layer; of a gated one that of gates and of values. */
  readonly hidden: number;
  /** The MLP: plain with GELU, gated with gates and values in one layer, or in two. */
  readonly mlp: "gelu" | "packedSwiglu" | "swiglu";
  /** Whether the MLP's layers have biases (`"swiglu"` only); true by default. */
  readonly mlpBias?: boolean;
  /** The norms of the block. */
  readonly norm: NormOf;
  /** Whether there is a norm of the joined heads too (EVA-02's sub-norm); false by default. */
  readonly attentionNorm?: boolean;
  /** Whether there is a norm in the MLP too (`"swiglu"` only); false by default. */
  readonly mlpNorm?: boolean;
  /** Whether the norms come after attention and MLP, before these are added; false by default. */
  readonly postNorm?: boolean;
  /** What learned scales of the branches start with; there are none without it. */
  readonly layerScale?: number;
  /** Whether the MLP's branch has a learned scale too, where the attention's has; true by default. */
  readonly mlpScale?: boolean;
}

/**
 * A block of EVA and EVA-02 (Fang et al. 2023, figure 3), DINOv3 and the Perception Encoder: x + γ₁ MSA(LN(x)), then
 * x + γ₂ MLP(LN(x)), or with norms after the branches x + LN(MSA(x)), x + LN(MLP(x)). Keys as timm's: `norm1`, `attn`,
 * `gamma_1` (D), `norm2`, `mlp`, `gamma_2` (D).
 */
export class RotaryBlock extends nn.Module {
  /** The norm of the attention. */
  readonly norm1: nn.Module;
  /** The attention. */
  readonly attn: RotaryAttention;
  /** The scale of the attention's branch, (D), or null. */
  readonly gamma1: Tensor | null = null;
  /** The norm of the MLP. */
  readonly norm2: nn.Module;
  /** The MLP. */
  readonly mlp: Mlp | PackedSwiGlu | SwiGlu;
  /** The scale of the MLP's branch, (D), or null. */
  readonly gamma2: Tensor | null = null;
  readonly #drop: DropPath;
  readonly #postNorm: boolean;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: RotaryBlockOptions) {
    super();
    const { norm, attentionNorm = false, layerScale, mlpScale = true } = options;
    const scale = (name: string) => this.registerParameter(name, torch.full([dim], layerScale!));
    this.norm1 = norm(dim);
    this.attn = new RotaryAttention(dim, { ...options, norm: attentionNorm ? norm : undefined });
    if (layerScale !== undefined) this.gamma1 = scale("gamma_1");
    this.norm2 = norm(dim);
    this.mlp = mlpOf(dim, options);
    if (layerScale !== undefined && mlpScale) this.gamma2 = scale("gamma_2");
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
    this.#postNorm = options.postNorm ?? false;
  }

  /** Shapes: (B, N, dim) to its own; `turns` as the attention takes them. */
  override forward(x: Tensor, turns?: Tensor): Tensor {
    using mixed = torch.scope(() =>
      this.#add(x, this.norm1, (tokens) => this.attn.forward(tokens, turns), this.gamma1)
    );
    return torch.scope(() =>
      this.#add(mixed, this.norm2, (tokens) => this.mlp.forward(tokens), this.gamma2)
    );
  }

  #add(x: Tensor, norm: nn.Module, part: (x: Tensor) => Tensor, scale: Tensor | null): Tensor {
    const branch = this.#postNorm ? norm.forward(part(x)) : part(norm.forward(x));
    const drop = this.#drop;
    if (scale === null) return residual(x, drop.forward(branch));
    if (!drop.training || drop.p === 0) return x.addcmul(branch, scale);
    return residual(x, drop.forward(branch.mul(scale)));
  }
}

function mlpOf(dim: number, options: RotaryBlockOptions): Mlp | PackedSwiGlu | SwiGlu {
  const { mlp, hidden, mlpBias, mlpNorm = false, norm } = options;
  if (mlp === "gelu") return new Mlp(dim, hidden);
  if (mlp === "packedSwiglu") return new PackedSwiGlu(dim, 2 * hidden);
  return new SwiGlu(dim, hidden, { bias: mlpBias, norm: mlpNorm ? norm : undefined });
}
