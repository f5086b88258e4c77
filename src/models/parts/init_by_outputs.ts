/**
 * The initial weights of RegNets and what is like them.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/**
 * Draws kernels by the number of outputs that a value is part of, N(0, 2 / fan out) with the groups' share of it, and
 * fully connected layers from N(0, 0.01²); biases start at 0.
 */
export function initByOutputs(model: nn.Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) {
      const [width, , rows, columns] = module.weight.shape;
      const outputs = Math.floor(width * rows * columns / module.groups);
      nn.init.normal_(module.weight, 0, Math.sqrt(2 / outputs));
      if (module.bias !== null) nn.init.zeros_(module.bias);
    } else if (module instanceof nn.Linear) {
      nn.init.normal_(module.weight, 0, 0.01);
      if (module.bias !== null) nn.init.zeros_(module.bias);
    }
  }
}
