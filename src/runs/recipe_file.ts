/**
 * A recipe in a file, with settings of the command line.
 *
 * @module
 */

import { readRecipe } from "./read_recipe.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";
import { applySettings } from "./settings.ts";

/**
 * What makes the recipe of a file for a seed, the settings applied. Without a seed it is the one that the settings or the
 * recipe say, and a recipe that is a function is told it.
 *
 * @throws as `readRecipe` and `applySettings` do, at once.
 */
export async function recipeFile(
  path: string,
  settings: readonly string[] = [],
): Promise<(options?: RecipeOptions) => Promise<Recipe>> {
  const said = settings.findLast((setting) => /^\s*seed\s*=/.test(setting));
  const seed = said === undefined ? 0 : Number(said.slice(said.indexOf("=") + 1));
  const make = async (options: RecipeOptions): Promise<Recipe> =>
    applySettings(await readRecipe(path, options), settings) as unknown as Recipe;
  const first = await make({ seed });
  return async (options) => options === undefined ? first : await make(options);
}
