/**
 * Comparisons that come with the package, with all that there is to look at.
 *
 * @module
 */

import type { Table } from "../report/table.ts";
import { compare } from "./compare.ts";
import type { Compared } from "./compared.ts";
import { RunFolder } from "./folder.ts";
import type { RecipeSource } from "./recipe.ts";
import type { ModelResult } from "./result.ts";
import { classTable, voteTable } from "./result_tables.ts";
import type { RunOptions } from "./run.ts";
import { runStudy } from "./run_study.ts";
import type { StudySource } from "./study.ts";

/** How {@linkcode demo} goes. */
export interface DemoOptions extends Pick<RunOptions, "signal" | "progress"> {
  /** The demo's name, and that of its folder. */
  name: string;
  /** The first seed; 0 by default. */
  seed?: number;
  /** How many seeds; 1 by default. */
  seeds?: number;
  /** The folder of all demos; `runs` by default. What is done there is kept. */
  root?: string;
  /** Whether everything is trained anew, teachers too, in a folder of its own. */
  fresh?: boolean;
  /** Threads of one operator. */
  threads?: number;
  /** Which variants of a study; KD and UNIFORM by default. */
  only?: readonly string[];
}

/** What a demo came to. */
export interface DemoResult {
  /** Accuracies; of one seed also those by class, and votes. */
  readonly tables: readonly Table[];
  /** The folders of the runs. */
  readonly folders: readonly string[];
  /** The report of the comparison. */
  readonly report: string;
}

/**
 * Runs recipes, or variants of a study with their settings as they are, and gathers what there is to show.
 *
 * @throws as `compare` and `runStudy` do.
 */
export async function demo(
  what: readonly RecipeSource[] | StudySource,
  options: DemoOptions,
): Promise<DemoResult> {
  const {
    only = ["KD", "UNIFORM"],
    name,
    seed = 0,
    seeds = 1,
    root = "runs",
    fresh = false,
    threads,
    ...rest
  } = options;
  const out = fresh ? (await RunFolder.create(root, name)).root : `${root}/${name}`;
  const shared = { ...rest, seeds, out, ...(fresh && { cache: `${out}/teachers` }) };
  const own = threads === undefined ? {} : { threads };
  const found = isList(what) ? await ofRecipes(what) : await ofStudy(what);
  const { compared, models, accuracies } = found;
  const all = compared.flatMap(({ runs }) => runs);
  const [{ result: { test } }] = all;
  const votes = all.flatMap(({ result }) => result.votes === null ? [] : [result.votes]);
  const details = [classTable(models[0], test!.classNames!), ...votes.map(voteTable)];
  return {
    tables: [...accuracies, ...(seeds === 1 ? details : [])],
    folders: all.map(({ folder }) => folder),
    report: `${out}/comparison.html`,
  };

  async function ofRecipes(recipes: readonly RecipeSource[]): Promise<Found> {
    const sources = recipes.map((recipe) => async (given: { seed: number }) => {
      // Asked without a seed for the first one, then for each by its number.
      const made = typeof recipe === "function"
        ? await recipe({ seed: given.seed || seed })
        : recipe;
      return { ...made, ...own };
    });
    const { recipes: compared, models, table } = await compare(sources, shared);
    return { compared, models, accuracies: [table] };
  }

  async function ofStudy(source: StudySource): Promise<Found> {
    const seeded = async (given: { seed: number }) => {
      const study = typeof source === "function" ? await source(given) : source;
      return { ...study, recipe: { ...study.recipe, ...own, seed } };
    };
    const { variants, models, tables } = await runStudy(seeded, { ...shared, only, trials: 1 });
    return { compared: variants, models, accuracies: tables };
  }
}

function isList(what: readonly RecipeSource[] | StudySource): what is readonly RecipeSource[] {
  return Array.isArray(what);
}

/** What a comparison came to. */
interface Found {
  readonly compared: readonly Compared[];
  readonly models: readonly (readonly ModelResult[])[];
  readonly accuracies: readonly Table[];
}
