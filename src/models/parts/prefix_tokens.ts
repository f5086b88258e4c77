/**
 * Tokens that stand before those of the patches.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Puts learned tokens, the same for every image, before those of the patches: class token, registers.
 *
 * Shapes: (1, P_i, D) each and (B, N, D) to (B, P_0 + P_1 + … + N, D).
 */
export function expandTokens(before: readonly Tensor[], patches: Tensor): Tensor {
  if (before.length === 0) return patches;
  const batch = patches.size(0);
  return torch.cat([...before.map((token) => token.expand(batch, -1, -1)), patches], 1);
}
