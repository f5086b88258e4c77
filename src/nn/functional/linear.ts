/**
 * Fully connected layers as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** x Wᵀ + b. Shapes: input (*, in), weight (out, in), bias (out). */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return torch.linear(input, weight, bias);
}
