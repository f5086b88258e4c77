/**
 * The images that a model is exported for.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { entry, has } from "../models/registry.ts";
import type { Classifier } from "../nn/mod.ts";

/** The images that a network is given. */
export type ImageSize = readonly [channels: number, height: number, width: number];

/**
 * Channels, rows and columns of the images that a model takes: those of its view; of a model without one those of its
 * architecture.
 *
 * @throws {ArgumentError} if neither says it.
 */
export function inputSizeOf(model: Classifier): ImageSize {
  const { view, recipe } = model;
  if (view !== null) return [view.mean.length, ...view.size];
  if (recipe !== null && has(recipe.architecture)) {
    const { imageSize, inChannels } = recipe.options as { imageSize?: number; inChannels?: number };
    const published = entry(recipe.architecture);
    const side = imageSize ?? published.inputSize;
    return [inChannels ?? published.mean.length, side, side];
  }
  throw new ArgumentError(
    "It is not known for what size of images this model is. Set model.view, such as { size: [224, 224], mean, std }.",
  );
}
