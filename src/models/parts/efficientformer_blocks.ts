/**
 * The blocks of EfficientFormerV2.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { biasedConv, HalvingAttention, type MapAttention } from "./efficientformer_attention.ts";
import { LayerScale2d } from "./layer_scale.ts";
import { NamedChain } from "./named_chain.ts";
import type { Grid } from "./positions.ts";
import { residual } from "./residual.ts";

const gelu = { activation: "gelu" } as const;

/** Attention in some, then an MLP with a depthwise convolution in its middle (Li et al. 2023, figure 2b). */
export class EfficientFormerBlock extends nn.Module {
  readonly #mixer: MapAttention | null = null;
  readonly #scale1: LayerScale2d | null = null;
  readonly #mlp: NamedChain;
  readonly #scale2: LayerScale2d;
  readonly #drop: DropPath;

  /** For maps of `dim` channels; its hidden layer is `expansion` times as wide. */
  constructor(dim: number, expansion: number, dropPath: number, mixer: MapAttention | null) {
    super();
    if (mixer !== null) {
      this.#mixer = this.registerModule("token_mixer", mixer);
      this.#scale1 = this.registerModule("ls1", new LayerScale2d(dim));
    }
    const hidden = Math.trunc(dim * expansion);
    this.#mlp = this.registerModule(
      "mlp",
      new NamedChain({
        fc1: biasedConv(dim, hidden, gelu),
        mid: biasedConv(hidden, hidden, { ...gelu, kernel: 3, depthwise: true }),
        fc2: biasedConv(hidden, dim),
      }),
    );
    this.#scale2 = this.registerModule("ls2", new LayerScale2d(dim));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(input: Tensor): Tensor {
    return torch.scope(() => {
      const add = (x: Tensor, layer: nn.Module, scale: LayerScale2d) =>
        residual(x, this.#drop.forward(scale.forward(layer.forward(x))));
      const x = this.#mixer === null ? input : add(input, this.#mixer, this.#scale1!);
      return add(x, this.#mlp, this.#scale2);
    });
  }
}

/** A convolution that halves a map, and in the last stage attention that does so beside it. Keys: `conv`, `attn`. */
export class Halving extends nn.Module {
  readonly #conv: ConvNormAct;
  readonly #attn: HalvingAttention | null = null;

  /** From `before` channels to `width`; the attention, if there is one, is for maps of a grid. */
  constructor(before: number, width: number, grid: Grid | null) {
    super();
    this.#conv = this.registerModule("conv", biasedConv(before, width, { kernel: 3, stride: 2 }));
    if (grid === null) return;
    this.#attn = this.registerModule("attn", new HalvingAttention(before, width, grid));
  }

  /** (B, before, H, W) to (B, width, H / 2, W / 2). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const map = this.#conv.forward(x);
      return this.#attn === null ? map : this.#attn.forward(x).add(map);
    });
  }
}
