/**
 * The published EfficientNet-Lite models, with their weights.
 *
 * @module
 */

import type { Backbone } from "../../src/models/backbone.ts";
import { create } from "../../src/models/create.ts";
import type { ModelEntry } from "../../src/models/entry.ts";
import { entryOf } from "../../src/models/entry_of.ts";
import type { View } from "../../src/data/view.ts";
import { LITE_PACKAGES, weightsFile } from "../../recipes/shared/packages.ts";

/** Those that there are packages of. */
export const LITES = ["lite0", "lite1", "lite2"] as const;

/** One of them. */
export type Lite = typeof LITES[number];

/** The one of a name from the command line. */
export function liteOf(name: string): Lite {
  const found = LITES.find((lite) => lite === name);
  if (found === undefined) throw new Error(`There is no "${name}"; there are ${LITES.join(", ")}.`);
  return found;
}

/** A model with its weights, in evaluation mode, and what it wants of images. */
export async function loadLite(
  lite: Lite,
): Promise<{ model: Backbone; known: ModelEntry; view: View; weights: string }> {
  const name = `efficientnet_${lite}`;
  const weights = await weightsFile(LITE_PACKAGES[lite]);
  const model = create(name, { weights });
  model.eval();
  const known = entryOf(name, weights);
  const { inputSize, mean, std, interpolation, cropFraction } = known;
  const size = [inputSize, inputSize] as const;
  return { model, known, view: { size, mean, std, interpolation, cropFraction }, weights };
}
