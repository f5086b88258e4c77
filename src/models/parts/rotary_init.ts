/**
 * The initial weights of vision transformers with rotary positions.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { RotaryBlock } from "./rotary_block.ts";
import { openGates } from "./swiglu.ts";
import { initTruncNormal } from "./trunc_normal_init.ts";

/**
 * timm's initial weights: normal ones of deviation 0.02. `"eva"` divides the last layers of branches by √(2 i) in the i-th
 * block, and the head's by 1000 (Bao et al., BEiT, 2022, section 2.2); `"vit"` has the gates of MLPs open.
 */
export function initRotaryVit(
  model: nn.Module,
  blocks: readonly RotaryBlock[],
  head: nn.Module,
  kind: "eva" | "vit",
): void {
  initTruncNormal(model, [nn.Linear]);
  if (kind === "eva") {
    blocks.forEach(({ attn, mlp }, i) => {
      for (const { weight } of [attn.proj, mlp.fc2]) {
        nn.init.truncNormal_(weight, 0, 0.02 / Math.sqrt(2 * (i + 1)));
      }
    });
    if (head instanceof nn.Linear) nn.init.truncNormal_(head.weight, 0, 0.02 / 1000);
    return;
  }
  openGates(model);
}
