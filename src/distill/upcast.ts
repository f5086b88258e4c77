/**
 * Computing in float32 whatever is given.
 *
 * @module
 */

import type { DType } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";

/**
 * Half-precision numbers, such as autocast makes, as float32, or as float64 beside such; others, and what is no tensor and
 * has still to be refused, as they are.
 */
export function upcast(part: Tensor, beside?: Tensor): Tensor {
  if (!(part instanceof Tensor)) return part;
  const dtype = part.dtype;
  if (dtype !== "float16" && dtype !== "bfloat16") return part;
  return part.to(beside?.dtype === "float64" ? "float64" : "float32");
}

/** Both upcast, each beside the other. */
export function bothUpcast(own: Tensor, target: Tensor): [own: Tensor, target: Tensor] {
  return [upcast(own, target), upcast(target, own)];
}

/** The dtype that sums are kept in. */
export function sumDType(dtype: DType): DType {
  return dtype === "float64" ? "float64" : "float32";
}
