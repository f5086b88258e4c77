/**
 * Halving a map without aliasing.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Binomial coefficients over their sum. */
const FILTER = [1 / 4, 1 / 2, 1 / 4];

/**
 * Blurs a map by a 3x3 binomial filter and takes every second pixel (Zhang, Making convolutional networks shift-invariant
 * again, 2019, section 3.2). The map is reflected at its edges, or has zeros around.
 */
export class BlurPool2d extends nn.Module {
  readonly #filter: Tensor;
  readonly #reflects: boolean;

  /** For maps of `channels` channels. */
  constructor(channels: number, edges: "reflect" | "zeros" = "reflect") {
    super();
    this.#reflects = edges === "reflect";
    this.#filter = torch.scope(() => {
      const one = torch.tensor([FILTER.map((a) => FILTER.map((b) => a * b))]);
      const filter = one.unsqueeze(0).repeat([channels, 1, 1, 1]);
      return this.registerBuffer("filt", filter, { persistent: false });
    });
  }

  /** (B, C, H, W) to (B, C, ⌈H / 2⌉, ⌈W / 2⌉). */
  override forward(x: Tensor): Tensor {
    if (!this.#reflects) return torch.conv2d(x, this.#filter, null, 2, 1, 1, x.size(1));
    const padded = torch.pad(x, [1, 1, 1, 1], "reflect");
    const blurred = torch.conv2d(padded, this.#filter, null, 2, 0, 1, x.size(1));
    padded.dispose();
    return blurred;
  }
}
