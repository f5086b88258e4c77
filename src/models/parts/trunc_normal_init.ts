/**
 * The initial weights of ConvNeXt and Swin.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/**
 * Draws the weights of all linear layers and convolutions, or of one kind of them, from a normal distribution of
 * deviation 0.02; their biases start at 0.
 *
 * @param cut How far from 0 values may be; 2 by default, as timm's `trunc_normal_` has it. Its `trunc_normal_tf_` cuts at
 * two deviations.
 */
export function initTruncNormal(
  model: nn.Module,
  layers: readonly (typeof nn.Linear | typeof nn.Conv2d)[] = [nn.Linear, nn.Conv2d],
  cut = 2,
): void {
  for (const [, module] of model.namedModules()) {
    if (!layers.some((layer) => module instanceof layer)) continue;
    const { weight, bias } = module as nn.Linear | nn.Conv2d;
    nn.init.truncNormal_(weight, 0, 0.02, -cut, cut);
    if (bias !== null) nn.init.zeros_(bias);
  }
}
