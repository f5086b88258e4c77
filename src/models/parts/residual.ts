/**
 * The sum of a residual block.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** `x` plus the branch that was computed from it. Where no gradients are recorded, the branch is overwritten. */
export function residual(x: Tensor, branch: Tensor): Tensor {
  return torch.isGradEnabled() ? x.add(branch) : branch.add_(x);
}
