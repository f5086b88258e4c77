/**
 * Folded models: networks that are trained with branches, and used without.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { skipped } from "../nn/init.ts";
import type { Classifier, Module } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Backbone } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { isFoldable } from "./parts/foldable.ts";
import { entry } from "./registry.ts";

/**
 * A copy of a model in folded form, in evaluation mode: branches of convolutions and batch norms are single convolutions
 * (structural re-parameterization; Ding et al., RepVGG: Making VGG-style ConvNets great again, 2021, section 3.3). It
 * computes what the model computes in evaluation mode, with fewer operators and parameters. The model itself stays as it
 * is; train that one. The names of the copy's parameters are those of timm's `reparameterize_model`; `models.save` and
 * `models.load` know the form, and `models.create(name, { folded: true })` makes it for files of folded weights.
 *
 * @throws {ArgumentError} if the model has no branches that can be folded, is folded already, or was not made by
 * `models.create` or `models.load`.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("repvgg_a0", { numClasses: 10 });
 * using small = models.fold(student);
 * small.forward(torch.zeros([1, 3, 32, 32])).shape; // [1, 10]
 * ```
 */
export function fold(model: Classifier): Backbone {
  const build = twinOf(model);
  const twin = skipped(build);
  try {
    torch.noGrad(() =>
      torch.scope(() => {
        const state = foldedState(model);
        const [{ device, dtype }] = model.parameters();
        twin.to({ device, dtype });
        twin.loadStateDict(state);
      })
    );
  } catch (error) {
    twin.dispose();
    throw error;
  }
  const { architecture, options } = model.recipe!;
  twin.recipe = { architecture, options: { ...options, folded: true } };
  twin.classNames = model.classNames;
  twin.view = model.view;
  return twin.eval();
}

/** Makes the folded form of a model, with values that do not matter. */
function twinOf(model: Classifier): () => Backbone {
  const { recipe } = model;
  const name = recipe?.architecture ?? model.constructor.name;
  const reason = recipe?.options.folded === true
    ? "it is folded already"
    : !model.modules().some(isFoldable)
    ? "it has no branches that become one layer; its form is the same in training and after it"
    : recipe === null
    ? "it does not know how it was made; make it with models.create"
    : null;
  if (reason !== null || recipe === null) {
    throw new ArgumentError(`models.fold: ${name} cannot be folded: ${reason}.`);
  }
  const options = recipe.options as unknown as BuildOptions;
  return () => entry(recipe.architecture).build({ ...options, folded: true });
}

/** The state dict of the folded form. */
function foldedState(model: Module): Record<string, Tensor> {
  const state = model.stateDict();
  const done: string[] = [];
  for (const [name, part] of model.namedModules()) {
    const prefix = name === "" ? "" : `${name}.`;
    // Parts of one that is folded are folded with it.
    if (!isFoldable(part) || done.some((other) => prefix.startsWith(other))) continue;
    done.push(prefix);
    for (const key of Object.keys(state)) if (key.startsWith(prefix)) delete state[key];
    for (const [key, tensor] of Object.entries(part.foldedState())) state[prefix + key] = tensor;
  }
  return state;
}
