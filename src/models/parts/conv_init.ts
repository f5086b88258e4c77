/**
 * The initial weights of convolutional networks.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/** Draws the kernels of all convolutions as He et al. do (N(0, 2 / fan out)); their biases start at 0. */
export function initConvolutions(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof nn.Conv2d)) continue;
    nn.init.kaimingNormal_(module.weight, { mode: "fanOut" });
    if (module.bias !== null) nn.init.zeros_(module.bias);
  }
}
