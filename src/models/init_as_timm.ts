/**
 * timm's first values of a model's weights.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";

/** timm's initial weights, which are TensorFlow's: by the number of outputs that a value is part of. */
export function initAsTimm(model: nn.Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) {
      const [width, , height, across] = module.weight.shape;
      nn.init.normal_(module.weight, 0, Math.sqrt(2 * module.groups / (width * height * across)));
      if (module.bias !== null) nn.init.zeros_(module.bias);
    } else if (module instanceof nn.Linear) {
      const bound = 1 / Math.sqrt(module.weight.size(0));
      nn.init.uniform_(module.weight, -bound, bound);
      nn.init.zeros_(module.bias!);
    }
  }
}
