/**
 * Several recipes over several seeds.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import type { Table } from "../report/table.ts";
import { formatTable } from "../report/table.ts";
import { refuseSeveral } from "./refuse_several.ts";
import type { RecipeSource } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import { writeComparison } from "./comparison_report.ts";
import type { Compared } from "./compared.ts";
import type { ModelResult } from "./result.ts";
import { modelTable, spreadTable } from "./result_tables.ts";
import type { RunOptions } from "./run.ts";
import { checkComparable, modelsBySeed, runSeeds } from "./run_seeds.ts";

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
  refuseSeveral("A comparison of recipes");
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
  for (const recipe of resolved) checkComparable(recipe);
  const compared: Compared[] = [];
  for (const [place, { seed: first }] of resolved.entries()) {
    const bySeed = Array.from({ length: seeds }, async (_, i) => ({
      ...await forSeed(recipes[place], first + i),
      seed: first + i,
    }));
    compared.push(await runSeeds(await Promise.all(bySeed), { ...rest, out }));
  }
  const models = modelsBySeed(compared);
  const table = seeds === 1 ? modelTable(models[0]) : spreadTable(models);
  await writeAtomic(join(out, "comparison.txt"), formatTable(table) + "\n");
  await writeComparison(join(out, "comparison.html"), { compared, table });
  return { recipes: compared, models, table };
}

async function forSeed(recipe: RecipeSource, seed: number): Promise<ResolvedRecipe> {
  return resolveRecipe(typeof recipe === "function" ? await recipe({ seed }) : recipe);
}
