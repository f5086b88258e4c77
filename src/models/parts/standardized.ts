/**
 * Weight standardization.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Kernels (out, in, kH, kW), each with mean 0 and variance 1, times its gain if there are any, (out) (Qiao et al., Micro-batch
 * training with batch-channel normalization, 2019, equation 7).
 */
export function standardized(weight: Tensor, eps: number, gain: Tensor | null = null): Tensor {
  const { shape } = weight;
  const flat = weight.reshape(1, shape[0], -1);
  return torch.batchNorm(flat, gain, null, null, null, true, 0, eps, true).reshape(...shape);
}
