/**
 * Layer normalization of images.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { LayerNorm, type LayerNormOptions } from "./layer_norm.ts";

/**
 * Layer normalization (Ba et al. 2016) of every pixel over its channels, as ConvNeXt has it. The result lies in
 * memory with channels last.
 *
 * Shapes: (B, C, H, W). Keys: `weight` (C), `bias` (C).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.LayerNorm2d(8);
 * norm.forward(torch.randn([2, 8, 4, 4])).shape; // [2, 8, 4, 4]
 * ```
 */
export class LayerNorm2d extends LayerNorm {
  /**
   * For images of `channels` channels.
   *
   * @throws {ArgumentError} if the number cannot be used.
   */
  constructor(channels: number, options: LayerNormOptions = {}) {
    super(channels, options);
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    using last = input.permute(0, 2, 3, 1);
    using normed = torch.layerNorm(last, this.normalizedShape, this.weight, this.bias, this.eps);
    return normed.permute(0, 3, 1, 2);
  }
}
