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
  const before = resolveRecipe(recipe);
  const given = settings.map(parse);
  try {
    return resolveRecipe(withEntries(before, given));
  } catch (error) {
    // A name or a path that happens to be a number.
    for (const setting of given) {
      const { value, text } = setting;
      if (typeof value === "string" || !(error instanceof ArgumentError)) continue;
      try {
        const other = given.map((one) => one === setting ? { ...one, value: text } : one);
        return resolveRecipe(withEntries(before, other));
      } catch {
        // It was another one.
      }
    }
    throw error;
  }
}

/** One setting. */
interface Setting {
  /** The names on the way to the entry. */
  readonly path: readonly string[];
  /** The value, as JSON has it where the text is JSON. */
  readonly value: unknown;
  /** The value as text. */
  readonly text: string;
}

function parse(setting: string): Setting {
  const [, place = "", text = ""] = /^([^=]+)=([\s\S]*)$/.exec(setting) ?? [];
  const path = place.trim().split(/[.[\]]+/).filter((name) => name !== "");
  if (path.length > 0) return { path, value: parseValue(text), text };
  throw new ArgumentError(
    `A setting is an entry and its value, such as method.beta1=2; got ${JSON.stringify(setting)}.`,
  );
}

function withEntries(recipe: ResolvedRecipe, settings: readonly Setting[]): Recipe {
  const copy = structuredClone(recipe) as unknown as Branch;
  for (const { path, value } of settings) {
    let at = copy;
    let parent: Branch | undefined;
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(at, name) ? at[name] : undefined;
      if (typeof next !== "object" || next === null) put(at, name, {});
      parent = at;
      at = at[name] as Branch;
    }
    const last = path[path.length - 1];
    const isThing = last === "name" && parent !== undefined && Object.hasOwn(at, "name") &&
      !("recipe" in at || "source" in at || "run" in at);
    // Options of another method or optimizer are none of this one's.
    if (isThing) put(parent!, path[path.length - 2], { name: value });
    else put(at, last, value);
  }
  return copy as unknown as Recipe;
}

/** Sets an entry of the object's own, whatever it is called. */
function put(at: Branch, name: string, value: unknown): void {
  Object.defineProperty(at, name, { value, enumerable: true, writable: true, configurable: true });
}
