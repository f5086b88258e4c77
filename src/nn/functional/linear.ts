/**
 * Products with weights: fully connected layers and convolutions as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** x Wᵀ + b. Shapes: input (*, in), weight (out, in), bias (out). */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return torch.linear(input, weight, bias);
}

/** Options of {@linkcode conv2d}. */
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

/** A convolution over images. Shapes: input (B, C, H, W), weight (out, C / groups, kH, kW), bias (out). */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return torch.conv2d(
    input,
    weight,
    bias,
    options.stride ?? 1,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.groups ?? 1,
  );
}
