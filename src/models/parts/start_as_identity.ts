/**
 * The initial weights of residual branches.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/** Sets the last norm of every branch to 0, so that blocks start as the identity (timm's and Goyal et al.'s choice). */
export function startAsIdentity(model: nn.Module): void {
  for (const block of model.modules()) {
    const { bn3, bn2 } = block as { bn3?: unknown; bn2?: unknown };
    const last = bn3 ?? bn2;
    const isNorm = last instanceof nn.BatchNorm2d || last instanceof nn.GroupNorm;
    if (isNorm && last.weight !== null) nn.init.zeros_(last.weight);
  }
}
