/**
 * Transposed convolutions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";
import type {
  ConvTranspose1dOptions,
  ConvTranspose2dOptions,
  ConvTranspose3dOptions,
} from "./conv_transpose_options.ts";
import { TransposedConvolution } from "./transposed_convolution.ts";

/**
 * A transposed convolution over sequences: the gradient of a {@linkcode Conv1d} with respect to its input.
 *
 * Shapes: (B, inChannels, L) to (B, outChannels, L'). Keys: `weight` (in, out / groups, k),
 * `bias`.
 * `forward(input, { outputSize })` says which of the sizes is wanted that a convolution makes one.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.ConvTranspose1d(8, 2, 2, { stride: 2 });
 * layer.forward(torch.randn([4, 8, 5])).shape; // [4, 2, 10]
 * ```
 */
export class ConvTranspose1d extends TransposedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: ConvTranspose1dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 1, torch.convTranspose1d);
  }
}

/**
 * A transposed convolution over images: the gradient of a {@linkcode Conv2d} with respect to its input.
 *
 * Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). Keys: `weight` (in, out / groups, kH, kW),
 * `bias`.
 * `forward(input, { outputSize })` says which of the sizes is wanted that a convolution makes one.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.ConvTranspose2d(8, 2, 2, { stride: 2 });
 * layer.forward(torch.randn([4, 8, 7, 7])).shape; // [4, 2, 14, 14]
 * ```
 */
export class ConvTranspose2d extends TransposedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 2, torch.convTranspose2d);
  }
}

/**
 * A transposed convolution over volumes: the gradient of a {@linkcode Conv3d} with respect to its input.
 *
 * Shapes: (B, inChannels, D, H, W) to (B, outChannels, D', H', W'). Keys: `weight` (in, out / groups, kD, kH, kW),
 * `bias`.
 * `forward(input, { outputSize })` says which of the sizes is wanted that a convolution makes one.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.ConvTranspose3d(8, 2, 2, { stride: 2 });
 * layer.forward(torch.randn([1, 8, 2, 4, 4])).shape; // [1, 2, 4, 8, 8]
 * ```
 */
export class ConvTranspose3d extends TransposedConvolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    options: ConvTranspose3dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 3, torch.convTranspose3d);
  }
}
