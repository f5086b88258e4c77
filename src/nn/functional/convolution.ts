/**
 * Convolutions as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Options of {@linkcode conv1d}, {@linkcode conv2d} and {@linkcode conv3d}. */
export interface ConvolutionOptions {
  /** The distance between outputs; 1 by default. */
  stride?: number | readonly number[];
  /**
   * Zeros added on all sides; 0 by default. `"valid"` adds none; `"same"` keeps the size (stride 1 only), with one
   * zero more at the right and the bottom where the number is odd.
   */
  padding?: number | readonly number[] | "same" | "valid";
  /** The distance between kernel elements; 1 by default. */
  dilation?: number | readonly number[];
  /** Into how many groups channels are split; 1 by default. */
  groups?: number;
}

/** Options of {@linkcode convTranspose1d}, {@linkcode convTranspose2d} and {@linkcode convTranspose3d}. */
export interface TransposedConvolutionOptions {
  /** The distance between inputs in the output; 1 by default. */
  stride?: number | readonly number[];
  /** How much is cut off on all sides; 0 by default. */
  padding?: number | readonly number[];
  /** How much is added on one side; 0 by default. */
  outputPadding?: number | readonly number[];
  /** Into how many groups channels are split; 1 by default. */
  groups?: number;
  /** The distance between kernel elements; 1 by default. */
  dilation?: number | readonly number[];
}

/** What a convolution works on. */
type Operands = readonly [input: Tensor, weight: Tensor, bias: Tensor | null | undefined];

/** Calls a convolution of libtorch's, whatever the number of dimensions. */
function convolve(
  convolution: typeof torch.conv2d,
  operands: Operands,
  options: ConvolutionOptions,
): Tensor {
  return convolution(
    ...operands,
    options.stride ?? 1,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.groups ?? 1,
  );
}

/** Calls a transposed convolution of libtorch's, whatever the number of dimensions. */
function transpose(
  convolution: typeof torch.convTranspose2d,
  operands: Operands,
  options: TransposedConvolutionOptions,
): Tensor {
  return convolution(
    ...operands,
    options.stride ?? 1,
    options.padding ?? 0,
    options.outputPadding ?? 0,
    options.groups ?? 1,
    options.dilation ?? 1,
  );
}

/** A convolution over sequences. Shapes: input (B, C, L), weight (out, C / groups, k), bias (out). */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve(torch.conv1d, [input, weight, bias], options);
}

/** A convolution over images. Shapes: input (B, C, H, W), weight (out, C / groups, kH, kW), bias (out). */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve(torch.conv2d, [input, weight, bias], options);
}

/** A convolution over volumes. Shapes: input (B, C, D, H, W), weight (out, C / groups, kD, kH, kW), bias (out). */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve(torch.conv3d, [input, weight, bias], options);
}

/** A transposed convolution over sequences. Shapes: input (B, C, L), weight (C, out / groups, k), bias (out). */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return transpose(torch.convTranspose1d, [input, weight, bias], options);
}

/** A transposed convolution over images. Shapes: input (B, C, H, W), weight (C, out / groups, kH, kW), bias (out). */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return transpose(torch.convTranspose2d, [input, weight, bias], options);
}

/** A transposed convolution over volumes. Shapes: input (B, C, D, H, W), weight (C, out / groups, kD, kH, kW), bias (out). */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return transpose(torch.convTranspose3d, [input, weight, bias], options);
}
