/**
 * What the teachers of a recipe say, stored ahead of its run.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Recipe } from "./recipe.ts";
import { resolveRecipe } from "./recipe_table.ts";
import { type FillRunOptions, fillStore, openRun } from "./open_run.ts";
import { placesOf } from "./run.ts";

/** How {@linkcode fill} goes. */
export interface FillOptions extends FillRunOptions {
  /** Where teachers that are recipes are kept; `teachers` in the package's cache by default. */
  cache?: string;
}

/**
 * Asks the teachers of a recipe about all that its student will learn from, and keeps what they say in the recipe's store:
 * the run then reads it. What is there already is not asked for again.
 *
 * @throws {ArgumentError} if the recipe cannot be used, or every epoch shows other pixels: give it `views`.
 * @throws {StoreError} if the store cannot be used.
 */
export async function fill(recipe: Recipe, options: FillOptions = {}): Promise<void> {
  const given = resolveRecipe(recipe);
  const resolved = given.store === null ? resolveRecipe({ ...recipe, store: {} }) : given;
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  using opened = await openRun(resolved, placesOf(options));
  await fillStore(resolved, opened, options);
}
