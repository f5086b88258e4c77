/**
 * Max pooling layers that give a certain size.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { OutputSize } from "../functional/output_size.ts";
import { AdaptiveMaxPool } from "./adaptive_max_pool_base.ts";

/**
 * The largest values of windows of sequences chosen for the output's size. Shapes: (B, C, L) to
 * (B, C, outputSize), a side of which is the input's own where it is null.
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveMaxPool1d(4).forward(torch.randn([1, 3, 10])).shape; // [1, 3, 4]
 * ```
 */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  /**
   * The length of the output, or null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 1, torch.adaptiveMaxPool1d);
  }
}

/**
 * The largest values of windows of images chosen for the output's size. Shapes: (B, C, H, W) to
 * (B, C, …outputSize), a side of which is the input's own where it is null.
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveMaxPool2d([4, null]).forward(torch.randn([1, 3, 8, 6])).shape; // [1, 3, 4, 6]
 * ```
 */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  /**
   * One number stands for both sides; null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 2, torch.adaptiveMaxPool2d);
  }
}

/**
 * The largest values of windows of volumes chosen for the output's size. Shapes: (B, C, D, H, W) to
 * (B, C, …outputSize), a side of which is the input's own where it is null.
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AdaptiveMaxPool3d(2).forward(torch.randn([1, 3, 4, 6, 6])).shape; // [1, 3, 2, 2, 2]
 * ```
 */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  /**
   * One number stands for all sides; null for the input's own.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super(outputSize, 3, torch.adaptiveMaxPool3d);
  }
}
