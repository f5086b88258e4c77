/**
 * Several recipes over several seeds.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { say } from "../base/progress.ts";
import type { Table } from "../report/table.ts";
import { formatTable } from "../report/table.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import type { Recipe, RecipeSource } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import { writeComparison } from "./comparison_report.ts";
import type { Compared } from "./compared.ts";
import type { ModelResult } from "./result.ts";
import { modelTable, spreadTable } from "./result_tables.ts";
import { spread } from "../report/spread.ts";
import { run, type RunOptions } from "./run.ts";

/** How {@linkcode compare} goes. */
export interface CompareOptions extends Pick<RunOptions, "signal" | "progress" | "cache"> {
  /** How many seeds each recipe is run with, from its own on; 3 by default. */
  seeds?: number;
  /** Where the folders of the runs go; `runs` by default. Runs of the same recipes that are done there are not done again. */
  out?: string;
}

/** What {@linkcode compare} found. */
export interface Comparison {
  /** The recipes in order. */
  readonly recipes: readonly Compared[];
  /** For each seed all models: the teachers, and the student of every recipe. */
  readonly models: readonly (readonly ModelResult[])[];
  /** A table of these: over several seeds mean ± standard deviation. */
  readonly table: Table;
}

/**
 * Runs every recipe with every seed, one after the other, and says how they compare on the test images. A run's folder is
 * named for the fingerprint of its recipe: after a break, those that are done are read, and the one under way goes on.
 *
 * @throws {ArgumentError} if there are no recipes, two have one name, or one has no test images or no classes.
 * @throws {InterruptedError} if it was stopped; call it again to go on.
 *
 * @example
 * ```ts ignore
 * const { table } = await runs.compare([kd, uniform], { seeds: 3, out: "runs/kd-or-uniform" });
 * ```
 */
export async function compare(
  recipes: readonly RecipeSource[],
  options: CompareOptions = {},
): Promise<Comparison> {
  const { seeds = 3, out = "runs", ...rest } = options;
  if (recipes.length === 0) throw new ArgumentError("There are no recipes to compare.");
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new ArgumentError(`seeds is a whole number of at least 1, got ${seeds}.`);
  }
  const resolved = await Promise.all(recipes.map((recipe) => forSeed(recipe, 0)));
  const names = resolved.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ArgumentError(`Two recipes are called "${twice}"; give each a name of its own.`);
  }
  const untested = resolved.find(({ data }) => data.test === null);
  if (untested !== undefined) {
    throw new ArgumentError(`${untested.name}: give data.test, on which recipes are compared.`);
  }
  const mute = resolved.find(({ student }) => student.numClasses === 0);
  if (mute !== undefined) {
    throw new ArgumentError(
      `${mute.name}: its student has features only, so that there is no accuracy to compare. Give it classes.`,
    );
  }
  const compared: Compared[] = [];
  for (const [place, recipe] of resolved.entries()) {
    const done: Compared["runs"][number][] = [];
    for (let i = 0; i < seeds; i++) {
      const seed = recipe.seed + i;
      const own = { ...await forSeed(recipes[place], seed), seed };
      const folder = join(out, `${recipe.name}-${own.seed}-${recipeFingerprint(own)}`);
      if (rest.progress !== false) say(`${recipe.name}, seed ${own.seed} (${i + 1} of ${seeds})`);
      using one = await run(own as unknown as Recipe, { ...rest, out: folder, resume: true });
      const { result, metrics } = one;
      done.push({ seed: own.seed, folder, result, metrics });
    }
    const values = done.map(({ result }) => result.test!.overall);
    const { name, title } = recipe;
    compared.push({ name, title: title ?? `student, ${name}`, runs: done, ...spread(values) });
  }
  const models = modelsOf(compared, seeds);
  const table = seeds === 1 ? modelTable(models[0]) : spreadTable(models);
  await writeAtomic(join(out, "comparison.txt"), formatTable(table) + "\n");
  await writeComparison(join(out, "comparison.html"), compared, table);
  return { recipes: compared, models, table };
}

async function forSeed(recipe: RecipeSource, seed: number): Promise<ResolvedRecipe> {
  return resolveRecipe(typeof recipe === "function" ? await recipe({ seed }) : recipe);
}

/** The models of all recipes for each seed: teachers once, then each recipe's student by its title. */
function modelsOf(compared: readonly Compared[], seeds: number): ModelResult[][] {
  return Array.from({ length: seeds }, (_, i) => {
    const teachers = new Map<string, ModelResult>();
    const students: ModelResult[] = [];
    for (const { title, runs } of compared) {
      for (const model of runs[i].result.models) {
        if (model.kind === "student") students.push({ ...model, name: title });
        else if (!teachers.has(model.name)) teachers.set(model.name, model);
      }
    }
    return [...teachers.values(), ...students];
  });
}
