/**
 * Models whose publisher gives them images with the channels in another order.
 *
 * @module
 */

import type { Backbone } from "../models/backbone.ts";
import * as torch from "../torch/mod.ts";

/**
 * Turns a model for images of blue, green and red into the same for red, green and blue, by the weights of its first
 * convolution. What it computes of an image stays exactly as it was.
 */
export function reverseChannels(model: Backbone): void {
  const first = model.namedParameters().find(([, { ndim, shape }]) => ndim === 4 && shape[1] === 3);
  if (first === undefined) return;
  using reversed = torch.noGrad(() => first[1].flip([1]));
  // The weights may be the file itself, so that they are replaced and not written over.
  torch.call("aten::set_data", first[1], reversed);
}
