/**
 * Max pooling layers.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import { maxPool1dWithIndices, maxPool3dWithIndices } from "../functional/max_pool_indices.ts";
import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";
import { MaxPool } from "./max_pool_base.ts";
import type { MaxPool1dOptions, MaxPool2dOptions, MaxPool3dOptions } from "./pool_options.ts";

/**
 * The largest value of every window of sequences. Shapes: (B, C, L) to (B, C, L').
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using pool = new nn.MaxPool1d(2);
 * pool.forward(torch.randn([1, 3, 8])).shape; // [1, 3, 4]
 * ```
 */
export class MaxPool1d extends MaxPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: number, options: MaxPool1dOptions = {}) {
    super(kernelSize, options, 1, torch.maxPool1d, maxPool1dWithIndices);
  }
}

/**
 * The largest value of every window of images. Shapes: (B, C, H, W) to (B, C, H', W').
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using pool = new nn.MaxPool2d(2);
 * using unpool = new nn.MaxUnpool2d(2);
 * const images = torch.randn([1, 3, 8, 8]);
 * const [values, indices] = pool.forward(images, { returnIndices: true });
 * unpool.forward(values, indices).shape; // [1, 3, 8, 8]
 * ```
 */
export class MaxPool2d extends MaxPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super(kernelSize, options, 2, torch.maxPool2d, torch.maxPool2dWithIndices);
  }
}

/**
 * The largest value of every window of volumes. Shapes: (B, C, D, H, W) to (B, C, D', H', W').
 * `forward(input, { returnIndices: true })` returns where the values are, too.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using pool = new nn.MaxPool3d(2);
 * pool.forward(torch.randn([1, 3, 4, 8, 8])).shape; // [1, 3, 2, 4, 4]
 * ```
 */
export class MaxPool3d extends MaxPool {
  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Triple, options: MaxPool3dOptions = {}) {
    super(kernelSize, options, 3, torch.maxPool3d, maxPool3dWithIndices);
  }
}
