/**
 * Attention with a bias of the scores.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * softmax(scale · q kᵀ + bias) v, as (*, N, D) of queries, keys and values; the bias is broadcast to the scores.
 *
 * @param scale 1 / √D by default.
 */
export function biasedAttention(
  [q, k, v]: readonly [q: Tensor, k: Tensor, v: Tensor],
  bias: Tensor,
  scale: number = q.size(-1) ** -0.5,
): Tensor {
  if (!bias.requiresGrad) {
    return torch.scaledDotProductAttention(q, k, v, bias, 0, false, { scale });
  }
  // The fused operator does not take a bias that is trained, and what it does instead is slower than this.
  const scores = (scale === 1 ? q : q.mul(scale)).matmul(k.mT);
  return scores.add_(bias).softmax(-1).matmul(v);
}
