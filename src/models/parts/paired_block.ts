/**
 * The block with two attentions and two MLPs side by side.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { tokenNorm } from "./token_norm.ts";
import { blockAttention, blockMlp, blockScale, type VitBlockOptions } from "./vit_block.ts";

/** A norm, what is learned on what it gives, and a scale: one of the branches. */
class Branch extends nn.Module {
  readonly norm: nn.Module;
  readonly ls: nn.Module | null;
  readonly #body: nn.Module;
  readonly #drop: DropPath;

  constructor(dim: number, dropPath: number, options: VitBlockOptions, part: "attn" | "mlp") {
    super();
    this.norm = tokenNorm(dim, options);
    const body = part === "attn" ? blockAttention(dim, options) : blockMlp(dim, options);
    this.#body = this.registerModule(part, body);
    this.ls = blockScale(dim, options);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.#body.forward(this.norm.forward(x));
      return this.#drop.forward(this.ls?.forward(branch) ?? branch);
    });
  }
}

/**
 * A block of two attentions side by side, then two MLPs side by side: half as many blocks in a row for the same parameters
 * (Touvron et al., Three things everyone should know about vision transformers, 2022, section 3). Keys as timm's:
 * `attns.{0,1}.{norm,attn,ls}`, `ffns.{0,1}.{norm,mlp,ls}`.
 */
export class PairedBlock extends nn.Module {
  /** The attentions. */
  readonly attns: nn.ModuleList;
  /** The MLPs. */
  readonly ffns: nn.ModuleList;

  /** For tokens of width `dim`, whose branches are left out with probability `dropPath`. */
  constructor(dim: number, dropPath: number, options: VitBlockOptions) {
    super();
    const pair = (part: "attn" | "mlp") =>
      new nn.ModuleList([0, 1].map(() => new Branch(dim, dropPath, options, part)));
    this.attns = pair("attn");
    this.ffns = pair("mlp");
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() => x.add(together(this.attns, x)));
    return torch.scope(() => mixed.add(together(this.ffns, mixed)));
  }
}

/** The sum of what all branches make of `x`. */
function together(branches: nn.ModuleList, x: Tensor): Tensor {
  return torch.stack([...branches].map((branch) => branch.forward(x))).sum(0);
}
