/**
 * How far decoded features are from what they were.
 *
 * @module
 */

import { linalgVectorNorm } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";

/** `|| decoded - original ||₂` over the last dimension. */
export function reconstructionLengths(decoded: Tensor, original: Tensor): Tensor {
  return linalgVectorNorm(decoded.sub(original), 2, -1);
}
