/**
 * Convolutions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";
import type { Conv1dOptions, Conv2dOptions, Conv3dOptions } from "./conv_options.ts";
import { PaddedConvolution } from "./padded_convolution.ts";

/**
 * A convolution over one dimension.
 *
 * Shapes: (B, inChannels, L) to (B, outChannels, L'). Keys: `weight` (out, in / groups, k), `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.Conv1d(2, 8, 3, { padding: 1, paddingMode: "circular" });
 * layer.forward(torch.randn([4, 2, 10])).shape; // [4, 8, 10]
 * ```
 */
export class Conv1d extends PaddedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: Conv1dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 1, torch.conv1d);
  }
}

/**
 * A convolution over images.
 *
 * Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). Keys: `weight` (out, in / groups, kH, kW),
 * `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.Conv2d(1, 8, 3, { stride: 2, padding: 1 });
 * layer.forward(torch.randn([4, 1, 28, 28])).shape; // [4, 8, 14, 14]
 * ```
 */
export class Conv2d extends PaddedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: Conv2dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 2, torch.conv2d);
  }
}

/**
 * A convolution over volumes.
 *
 * Shapes: (B, inChannels, D, H, W) to (B, outChannels, D', H', W'). Keys: `weight` (out, in / groups, kD, kH, kW),
 * `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.Conv3d(1, 8, 3, { stride: 2, padding: 1 });
 * layer.forward(torch.randn([2, 1, 8, 16, 16])).shape; // [2, 8, 4, 8, 8]
 * ```
 */
export class Conv3d extends PaddedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    options: Conv3dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 3, torch.conv3d);
  }
}
