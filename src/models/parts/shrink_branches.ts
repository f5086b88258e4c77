/**
 * Smaller first weights for later blocks.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/** A block whose branches end with these layers. */
interface Branched {
  readonly attn: { readonly proj: nn.Linear };
  readonly mlp: { readonly fc2: nn.Linear };
}

/**
 * Draws the first weights of the last layers of the i-th block's branches with a deviation of 0.02 / √(2i), so that the
 * sum of all branches does not grow with the depth (Bao et al., BEiT, 2022, section 2.5).
 */
export function shrinkBranches(blocks: readonly Branched[]): void {
  blocks.forEach(({ attn, mlp }, i) => {
    for (const { weight } of [attn.proj, mlp.fc2]) {
      nn.init.truncNormal_(weight, 0, 0.02 / Math.sqrt(2 * (i + 1)));
    }
  });
}
