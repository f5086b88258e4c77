/**
 * A layer's first biases.
 *
 * @module
 */

import type { Tensor } from "../../torch/tensor.ts";
import * as init from "../init.ts";

/** Draws a bias as PyTorch does: U(-b, b) with b = 1 / sqrt(fanIn). */
export function initBias(bias: Tensor, weight: Tensor): void {
  const { fanIn } = init.calculateFans(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  init.uniform_(bias, -bound, bound);
}
