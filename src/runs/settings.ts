/**
 * Single entries of a recipe, set from the command line.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { parseValue } from "../base/options.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";

/** An object or a list on the way to an entry. */
type Branch = Record<string, unknown>;

/**
 * A recipe with some entries set, as `--set` of the command line does: `method.beta1=2`, `data.train.select[0].take=100`,
 * `seed=3`. A value is JSON where it is that (`2`, `true`, `[8, 16]`), else text. Setting the `name` of a method, an
 * optimizer or any other thing with options starts from its defaults.
 *
 * @throws {ArgumentError} if a setting is none, there is no such entry, or the value cannot be used.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const recipe = runs.recipe({ data: { train: { dataset: "mnist" } }, student: "SmallCnn", epochs: 2 });
 * runs.applySettings(recipe, ["epochs=1", "optimizer.lr=0.01"]).optimizer.lr; // 0.01
 * ```
 */
export function applySettings(recipe: Recipe, settings: readonly string[]): ResolvedRecipe {
  let resolved = resolveRecipe(recipe);
  for (const setting of settings) {
    const [, place, text] = /^([^=]+)=([\s\S]*)$/.exec(setting) ?? [];
    if (place === undefined) {
      throw new ArgumentError(
        `A setting is an entry and its value, such as method.beta1=2; got ${
          JSON.stringify(setting)
        }.`,
      );
    }
    const path = place.trim().split(/[.[\]]+/).filter((name) => name !== "");
    const value = parseValue(text);
    try {
      resolved = resolveRecipe(withEntry(resolved, path, value));
    } catch (error) {
      // A name or a path that happens to be a number.
      if (typeof value === "string" || !(error instanceof ArgumentError)) throw error;
      try {
        resolved = resolveRecipe(withEntry(resolved, path, text));
      } catch {
        throw error;
      }
    }
  }
  return resolved;
}

function withEntry(recipe: ResolvedRecipe, path: readonly string[], value: unknown): Recipe {
  const copy = structuredClone(recipe) as unknown as Branch;
  const last = path[path.length - 1];
  let at: Branch = copy;
  let parent: Branch | undefined;
  path.slice(0, -1).forEach((name) => {
    const next = at[name];
    if (typeof next !== "object" || next === null) at[name] = {};
    parent = at;
    at = at[name] as Branch;
  });
  if (last === "name" && parent !== undefined && "name" in at) {
    parent[path[path.length - 2]] = { name: value };
  } else at[last] = value;
  return copy as unknown as Recipe;
}
