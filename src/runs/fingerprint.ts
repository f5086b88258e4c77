/**
 * What stands for a recipe.
 *
 * @module
 */

import { fingerprint, type Spec } from "../base/spec.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** Entries that give the same student whatever they are. */
const idle = [
  "$schema",
  "name",
  "title",
  "threads",
  "resident",
  "memoryFormat",
  "capture",
];

/** A recipe without what decides nothing, the recipes of its teachers too. */
export function decisive(recipe: ResolvedRecipe): Spec {
  return strip(recipe as unknown as Spec, true);
}

/** A short text that is the same for recipes that give the same student. */
export function recipeFingerprint(recipe: ResolvedRecipe): string {
  return fingerprint(decisive(recipe));
}

/** A short text that is the same for recipes whose teachers are the same and are measured on the same images. */
export function shelfFingerprint(recipe: ResolvedRecipe): string {
  const { teachers, data, evaluation } = decisive(recipe) as unknown as ResolvedRecipe;
  const { labelled, test } = data;
  const { probeTeachers } = evaluation;
  return fingerprint([teachers, test, probeTeachers === null ? null : labelled] as Spec);
}

function strip(part: Spec, isRecipe: boolean): Spec {
  if (Array.isArray(part)) return part.map((one) => strip(one, false));
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part as Record<string, Spec>)
    .filter(([name]) => !(isRecipe ? idle : ["workers"]).includes(name))
    // What came later leaves recipes that do without it as they were.
    .filter(([name, value]) => name !== "strongAugment" || (value as unknown[]).length > 0)
    .filter(([name, value]) => !["logits", "tokens"].includes(name) || value !== null);
  return Object.fromEntries(entries.map(([name, value]): [string, Spec] => {
    // Where a store lies changes nothing of what is in it.
    if (name === "store" && value !== null) return [name, { ...value as object, root: null }];
    // Who else is measured changes nothing of the student, and neither does a picture of it.
    if (name === "evaluation" && isRecipe) {
      const { embedding: _, similarity: __, before: ___, ...rest } = value as Record<string, Spec>;
      return [name, { ...rest, teachers: true }];
    }
    return [name, strip(value, name === "recipe")];
  }));
}
