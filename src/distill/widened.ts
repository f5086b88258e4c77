/**
 * Computing in float32 whatever is given.
 *
 * @module
 */

import { Tensor } from "../torch/tensor.ts";
import { wide } from "./inputs.ts";

/** {@linkcode wide}, for what a check has still to look at. */
export function widened(part: Tensor, beside?: Tensor): Tensor {
  return part instanceof Tensor ? wide(part, beside) : part;
}
