/**
 * The names that a publisher gives the parameters of a model.
 *
 * @module
 */

import { noGrad, type Tensor } from "../torch/mod.ts";
import type { Classifier } from "../nn/mod.ts";
import { dialects } from "./dialects/all.ts";
import type { ModelEntry } from "./entry.ts";
import { entry } from "./registry.ts";
import { SMALL_MODELS } from "./small/all.ts";

/**
 * The state dict of a model with the names that its publisher gives its parameters: of the publisher whose name the model
 * was made by. That publisher's own code loads it, timm's with `strict=True`; for most it is the model's own state dict.
 *
 * Tensors are the model's own, or views or joins of them, which belong to the scope around.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * using student = models.create("resnet18", { numClasses: 10 });
 * "fc.weight" in models.publishedState(student); // true
 * ```
 */
export function publishedState(model: Classifier): Record<string, Tensor> {
  const state = model.stateDict();
  const published = publisherOf(model);
  return published === undefined ? state : noGrad(() => published(state));
}

/**
 * A state dict that {@linkcode publishedState} made, of this version or of one that took another publisher's names for its
 * own, with the model's own names. @ignore
 */
export function ownState(
  model: Classifier,
  state: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const own = new Set(Object.keys(model.stateDict()));
  const keys = new Set(Object.keys(state));
  if (own.isSubsetOf(keys)) return state;
  const dialect = dialects.find((one) => one.recognizes(keys, own));
  return dialect === undefined ? state : noGrad(() => dialect.translate(state));
}

function publisherOf({ recipe }: Classifier): ModelEntry["published"] {
  const name = recipe?.architecture;
  return name === undefined || Object.hasOwn(SMALL_MODELS, name)
    ? undefined
    : entry(name).published;
}
