/**
 * Average pooling layers that give a certain size.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { OutputSize } from "../functional/output_size.ts";
import { AdaptivePool } from "./adaptive_pool_base.ts";

/**
 * Means over windows of sequences chosen for the output's size. Shapes: (B, C, L) to (B, C, outputSize), a side of
 * which is the input's own where it is null.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveAvgPool1d(4).forward(torch.randn([1, 3, 10])).shape; // [1, 3, 4]
 * ```
 */
export class AdaptiveAvgPool1d extends AdaptivePool {
  /**
   * The length of the output, or null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 1);
  }

  /** Shapes: (B, C, L) to (B, C, outputSize). */
  override forward(input: Tensor): Tensor {
    return torch.adaptiveAvgPool1d(input, this.sizeFor(input));
  }
}

/**
 * Means over windows of images chosen for the output's size. Shapes: (B, C, H, W) to (B, C, …outputSize), a side of
 * which is the input's own where it is null.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveAvgPool2d([4, null]).forward(torch.randn([1, 3, 8, 6])).shape; // [1, 3, 4, 6]
 * ```
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  /**
   * One number stands for both sides; null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 2);
  }

  /** Shapes: (B, C, H, W) to (B, C, …outputSize). */
  override forward(input: Tensor): Tensor {
    return torch.adaptiveAvgPool2d(input, this.sizeFor(input));
  }
}

/**
 * Means over windows of volumes chosen for the output's size. Shapes: (B, C, D, H, W) to (B, C, …outputSize), a side of
 * which is the input's own where it is null.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveAvgPool3d(2).forward(torch.randn([1, 3, 4, 6, 6])).shape; // [1, 3, 2, 2, 2]
 * ```
 */
export class AdaptiveAvgPool3d extends AdaptivePool {
  /**
   * One number stands for all sides; null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 3);
  }

  /** Shapes: (B, C, D, H, W) to (B, C, …outputSize). */
  override forward(input: Tensor): Tensor {
    return torch.adaptiveAvgPool3d(input, this.sizeFor(input));
  }
}
