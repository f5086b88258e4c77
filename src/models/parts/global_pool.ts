/**
 * The mean over a map.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** The mean over all places of a map: (B, C, H, W) to (B, C). */
export function globalAvgPool(map: Tensor): Tensor {
  return torch.scope(() => torch.adaptiveAvgPool2d(map, [1, 1]).flatten(1));
}
