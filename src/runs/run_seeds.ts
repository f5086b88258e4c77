/**
 * One recipe over several seeds.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { say } from "../base/progress.ts";
import { spread } from "../report/spread.ts";
import type { Compared, ComparedSeed } from "./compared.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import type { Recipe } from "./recipe.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { ModelResult } from "./result.ts";
import { run, type RunOptions } from "./run.ts";

/** How {@linkcode runSeeds} goes. */
export interface RunSeedsOptions extends Pick<RunOptions, "signal" | "progress" | "cache"> {
  /** Where the folders of the runs go. */
  out: string;
}

/**
 * Runs a recipe with several seeds, one after the other. A run's folder is named for the fingerprint of its recipe: those
 * that are done are read, and one that was broken off goes on.
 *
 * @param recipes The recipe for each seed.
 */
export async function runSeeds(
  recipes: readonly ResolvedRecipe[],
  { out, ...options }: RunSeedsOptions,
): Promise<Compared> {
  const runs: ComparedSeed[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const { name, seed } = recipe;
    if (options.progress !== false) say(`${name}, seed ${seed} (${i + 1} of ${recipes.length})`);
    const folder = join(out, `${name}-${seed}-${recipeFingerprint(recipe)}`);
    using one = await run(recipe as unknown as Recipe, { ...options, out: folder, resume: true });
    const { result, metrics } = one;
    runs.push({ seed, folder, result, metrics });
  }
  const [{ name, title }] = recipes;
  const values = runs.map(({ result }) => result.test!.overall);
  return { name, title: title ?? `student, ${name}`, runs, ...spread(values) };
}

/**
 * The models of all recipes for each seed: teachers once, then each recipe's student by its title.
 *
 * @param teachers For each seed the teachers that none of the runs measured.
 */
export function modelsBySeed(
  compared: readonly Compared[],
  teachers: readonly (readonly ModelResult[])[] = [],
): ModelResult[][] {
  return compared[0].runs.map((_, i) => {
    const known = new Map<string, ModelResult>();
    const meet = (model: ModelResult) => known.has(model.name) || known.set(model.name, model);
    const students: ModelResult[] = [];
    teachers[i]?.forEach(meet);
    for (const { title, runs } of compared) {
      for (const model of runs[i].result.models) {
        if (model.kind === "student") students.push({ ...model, name: title });
        else meet(model);
      }
    }
    return [...known.values(), ...students];
  });
}

/** @throws {ArgumentError} if a recipe has no accuracy on test images. */
export function checkComparable({ name, data, student }: ResolvedRecipe): void {
  if (data.test === null) {
    throw new ArgumentError(`${name}: give data.test, on which recipes are compared.`);
  }
  if (student.numClasses === 0) {
    throw new ArgumentError(
      `${name}: its student has features only, so that there is no accuracy to compare. Give it classes.`,
    );
  }
}
