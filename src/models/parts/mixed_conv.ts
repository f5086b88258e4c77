/**
 * Convolutions with kernels of several sizes.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** `count` channels in `parts` parts; what is left over is the first one's. */
export function splitChannels(count: number, parts: number): number[] {
  const share = Math.floor(count / parts);
  return Array.from({ length: parts }, (_, i) => i === 0 ? count - share * (parts - 1) : share);
}

/**
 * Splits the channels into parts, each of which has a convolution of its own (Tan and Le, MixConv: Mixed depthwise
 * convolutional kernels, 2019, section 3.1). Keys as timm's: `0.weight`, `1.weight`, …
 */
export class MixedConv2d extends nn.Module {
  readonly #convs: readonly nn.Module[];
  readonly #channels: readonly number[];

  /** From `before` channels to `width`; `make` makes the convolution of each part. */
  constructor(
    before: number,
    width: number,
    kernels: readonly number[],
    make: (before: number, width: number, kernel: number) => nn.Module,
  ) {
    super();
    this.#channels = splitChannels(before, kernels.length);
    const widths = splitChannels(width, kernels.length);
    this.#convs = kernels.map((kernel, i) =>
      this.registerModule(String(i), make(this.#channels[i], widths[i], kernel))
    );
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      let from = 0;
      const maps = this.#convs.map((conv, i) => {
        const map = conv.forward(x.narrow(1, from, this.#channels[i]));
        from += this.#channels[i];
        return map;
      });
      return torch.cat(maps, 1);
    });
  }
}
