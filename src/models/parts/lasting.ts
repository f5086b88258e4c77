/**
 * What a network keeps for later.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Makes a tensor that a network keeps for later passes. A pass in inference mode would make one that no later training
 * could use.
 */
export function lasting(make: () => Tensor): Tensor {
  return torch.inferenceMode(() => torch.noGrad(() => torch.scope(make)), false);
}
