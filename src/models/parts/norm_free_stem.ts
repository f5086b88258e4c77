/**
 * The stems of networks without norms.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { scaledActivation } from "./norm_free_activation.ts";
import { normFreeConv, type NormFreeStyle } from "./norm_free_block.ts";
import type { ScaledStdConv2d } from "./scaled_std_conv.ts";

/** Which stem: four 3x3 convolutions, one of 7x7 and pooling, or one of 3x3. */
export type NormFreeStemKind = "quad" | "pooled" | "plain";

/** From images to what the first block is given. Keys as timm's: `conv1` to `conv4`, or `conv`. */
export class NormFreeStem extends nn.Module {
  /** Pixels of the image between neighbours of the map. */
  readonly reduction: number;
  readonly #convs: readonly ScaledStdConv2d[];
  readonly #style: NormFreeStyle;
  readonly #pools: boolean;

  /** From `before` channels to `width`. */
  constructor(kind: NormFreeStemKind, before: number, width: number, style: NormFreeStyle) {
    super();
    this.#style = style;
    this.#pools = kind === "pooled";
    this.reduction = kind === "plain" ? 2 : 4;
    if (kind === "quad") {
      const widths = [8, 4, 2, 1].map((part) => Math.floor(width / part));
      this.#convs = widths.map((dim, i) => {
        const shape = [i === 0 ? before : widths[i - 1], dim, 3] as const;
        const stride = i === 0 || i === 3 ? 2 : 1;
        return this.registerModule(`conv${i + 1}`, normFreeConv(style, shape, { stride }));
      });
    } else {
      const shape = [before, width, kind === "pooled" ? 7 : 3] as const;
      this.#convs = [this.registerModule("conv", normFreeConv(style, shape, { stride: 2 }))];
    }
  }

  /** (B, before, H, W) to (B, width, H / reduction, W / reduction). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => {
      const [first, ...others] = this.#convs;
      let x = first.forward(images);
      for (const conv of others) {
        x = conv.forward(scaledActivation(x, this.#style, { overwrites: true }));
      }
      return this.#pools ? torch.maxPool2d(x, 3, 2, 1) : x;
    });
  }
}
