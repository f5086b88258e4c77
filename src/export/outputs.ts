/**
 * What comes out of an exported model.
 *
 * @module
 */

import type { Classifier } from "../nn/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** The outputs for images: logits where the model has classes, and features where these are wanted or there are no classes. */
export function outputsOf(model: Classifier, images: Tensor, features: boolean): Tensor[] {
  const seen = model.features(images);
  if (model.numClasses === 0) return [seen];
  const logits = model.head.forward(seen);
  return features ? [logits, seen] : [logits];
}
