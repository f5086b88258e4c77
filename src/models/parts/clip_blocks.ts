/**
 * The blocks of CLIP's towers, of images and of texts.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { type TokenActivation, tokenActivation } from "./gelu.ts";
import { Mlp } from "./mlp.ts";
import { residual } from "./residual.ts";

/** Options of {@linkcode ClipBlock}. */
export interface ClipBlockOptions {
  /** The activation of the MLP. */
  activation: TokenActivation;
  /** The probability that a branch is left out; 0 by default. */
  dropPath?: number;
  /** Whether a token sees only those before it and itself; false by default. */
  causal?: boolean;
}

/** x + MSA(LN(x)), then x + MLP(LN(x)), with OpenAI's names. */
export class ClipBlock extends nn.Module {
  /** The norm before the attention. */
  readonly ln_1: nn.LayerNorm;
  /** The attention. */
  readonly attn: nn.MultiheadAttention;
  /** The norm before the MLP. */
  readonly ln_2: nn.LayerNorm;
  /** The MLP. */
  readonly mlp: Mlp;
  readonly #drop: DropPath;

  /** For tokens of width `dim`, with `heads` heads and an MLP of width `hidden`. */
  constructor(dim: number, heads: number, hidden: number, options: ClipBlockOptions) {
    super();
    const { activation, dropPath = 0, causal = false } = options;
    this.ln_1 = new nn.LayerNorm(dim);
    this.attn = new nn.MultiheadAttention(dim, heads, { causal });
    this.ln_2 = new nn.LayerNorm(dim);
    this.mlp = new Mlp(dim, hidden, {
      activation: tokenActivation(activation),
      names: ["c_fc", "c_proj"],
    });
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() =>
      residual(x, this.#drop.forward(this.attn.forward(this.ln_1.forward(x))))
    );
    return torch.scope(() =>
      residual(mixed, this.#drop.forward(this.mlp.forward(this.ln_2.forward(mixed))))
    );
  }
}

/** The blocks, under the name that they have in CLIP. */
export class ClipBlocks extends nn.Module {
  /** The blocks in order. */
  readonly resblocks: nn.ModuleList;

  /** Holds the blocks. */
  constructor(blocks: readonly ClipBlock[]) {
    super();
    this.resblocks = new nn.ModuleList(blocks);
  }

  /** A list of blocks is no function: whoever has it calls them one by one. */
  override forward(): Tensor {
    return this.resblocks.forward();
  }
}
