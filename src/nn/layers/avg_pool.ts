/**
 * Average pooling layers.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";
import { AvgPool } from "./avg_pool_base.ts";
import type { AvgPool1dOptions, AvgPool2dOptions, AvgPool3dOptions } from "./pool_options.ts";

/**
 * The mean of every window of sequences. Shapes: (B, C, L) to (B, C, L').
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AvgPool1d(2).forward(torch.randn([1, 3, 8])).shape; // [1, 3, 4]
 * ```
 */
export class AvgPool1d extends AvgPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    super(kernelSize, options, 1);
  }

  /**
   * Shapes: (B, C, L) to (B, C, L').
   *
   * @throws {ShapeError} if the input has other dimensions, or is smaller than a window.
   */
  override forward(input: Tensor): Tensor {
    const args = this.args;
    return torch.avgPool1d(input, args[0], args[1], args[2], args[3], args[4]);
  }
}

/**
 * The mean of every window of images. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AvgPool2d(2).forward(torch.randn([1, 3, 8, 8])).shape; // [1, 3, 4, 4]
 * ```
 */
export class AvgPool2d extends AvgPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super(kernelSize, options, 2);
  }

  /**
   * Shapes: (B, C, H, W) to (B, C, H', W').
   *
   * @throws {ShapeError} if the input has other dimensions, or is smaller than a window.
   */
  override forward(input: Tensor): Tensor {
    const args = this.args;
    return torch.avgPool2d(input, args[0], args[1], args[2], args[3], args[4], args[5]);
  }
}

/**
 * The mean of every window of volumes. Shapes: (B, C, D, H, W) to (B, C, D', H', W').
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AvgPool3d(2).forward(torch.randn([1, 3, 4, 8, 8])).shape; // [1, 3, 2, 4, 4]
 * ```
 */
export class AvgPool3d extends AvgPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Triple, options: AvgPool3dOptions = {}) {
    super(kernelSize, options, 3);
  }

  /**
   * Shapes: (B, C, D, H, W) to (B, C, D', H', W').
   *
   * @throws {ShapeError} if the input has other dimensions, or is smaller than a window.
   */
  override forward(input: Tensor): Tensor {
    const args = this.args;
    return torch.avgPool3d(input, args[0], args[1], args[2], args[3], args[4], args[5]);
  }
}
