/**
 * The blocks of MSRA's EfficientViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { CascadedAttention, type CascadedAttentionOptions } from "./cascaded_attention.ts";
import { convBn } from "./conv_norm_act.ts";
import { NamedChain } from "./named_chain.ts";
import { residual } from "./residual.ts";
import { SqueezeExcite } from "./squeeze_excite.ts";
import { Stage } from "./stage.ts";

const relu = { activation: "relu" } as const;

/** A branch that is added to its input. Keys as timm's: `m.…`. */
class Added extends nn.Module {
  readonly #branch: nn.Module;

  constructor(branch: nn.Module) {
    super();
    this.#branch = this.registerModule("m", branch);
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => residual(x, this.#branch.forward(x)));
  }
}

/** What is next to each place. */
function near(dim: number): Added {
  return new Added(convBn(dim, dim, { kernel: 3, depthwise: true }));
}

/** An MLP of each place. */
function mlp(dim: number): Added {
  return new Added(new NamedChain({ pw1: convBn(dim, 2 * dim, relu), pw2: convBn(2 * dim, dim) }));
}

/** Keys as timm's: `attn.…`. */
function mixer(dim: number, options: CascadedAttentionOptions): Added {
  return new Added(new NamedChain({ attn: new CascadedAttention(dim, options) }));
}

/** One attention between convolutions and MLPs: the sandwich of Liu et al. 2023, figure 6 and equation 1. */
export class SandwichBlock extends NamedChain {
  /** For maps of `dim` channels. */
  constructor(dim: number, options: CascadedAttentionOptions) {
    super({
      dw0: near(dim),
      ffn0: mlp(dim),
      mixer: mixer(dim, options),
      dw1: near(dim),
      ffn1: mlp(dim),
    });
  }
}

/** What halves a map: an inverted residual with squeeze and excitation, between convolutions and MLPs. */
export class SandwichDownsample extends NamedChain {
  /** From `before` channels to `width`. */
  constructor(before: number, width: number) {
    const hidden = 4 * before;
    super({
      res1: new Stage(near(before), mlp(before)),
      patchmerge: new NamedChain({
        conv1: convBn(before, hidden, relu),
        conv2: convBn(hidden, hidden, { ...relu, kernel: 3, stride: 2, depthwise: true }),
        se: new SqueezeExcite(hidden, Math.floor(hidden / 4), {
          activation: "relu",
          gate: "sigmoid",
        }),
        conv3: convBn(hidden, width),
      }),
      res2: new Stage(near(width), mlp(width)),
    });
  }
}
