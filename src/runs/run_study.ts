/**
 * What executes a study.
 *
 * @module
 */

import { join } from "node:path";
import { writeAtomic } from "../base/files.ts";
import { formatTable } from "../report/table.ts";
import { refuseSeveral } from "./refuse_several.ts";
import { searchCandidates } from "./candidates.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import { measureShelf } from "./measure_shelf.ts";
import { type OpenStudy, openStudy, type OpenVariant } from "./open_study.ts";
import type { Recipe } from "./recipe.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { ModelResult } from "./result.ts";
import { checkComparable, modelsBySeed, runSeeds, type RunSeedsOptions } from "./run_seeds.ts";
import type { RunOptions } from "./run.ts";
import { search, type Trial } from "./search.ts";
import { applySettings } from "./settings.ts";
import type { StudyChoices, StudySource } from "./study.ts";
import { writeStudyReport } from "./study_report.ts";
import type { StudiedVariant, StudyResult } from "./studied.ts";
import { studyJson } from "./study_json.ts";
import { studyTables } from "./study_tables.ts";

/** How {@linkcode runStudy} goes. */
export interface RunStudyOptions
  extends Pick<RunOptions, "signal" | "progress" | "cache">, StudyChoices {
  /** Where everything goes; `runs/<the study's name>` by default. What is done there is not done again. */
  out?: string;
}

/**
 * Executes a study. For each variant settings are tried, on validation images alone, as often as for any other one; the best
 * is fixed; then the student is trained with each seed and measured on the test images, once. Each trial and each run is a
 * folder named for its recipe: after a break, however hard, what is done is read, and the same numbers come out.
 *
 * It leaves `comparison.txt`, `comparison.html` and `comparison.json` in its folder.
 *
 * @throws {ArgumentError} if the study, a variant or the choices cannot be used; before anything is trained.
 * @throws {InterruptedError} if it was stopped; call it again to go on.
 *
 * @example
 * ```ts ignore
 * import twoSets from "./recipes/two_sets.ts";
 *
 * const { tables } = await runs.runStudy(twoSets, { only: ["KD", "UNIFORM"], seeds: 3 });
 * tables.forEach(train.printTable);
 * ```
 */
export async function runStudy(
  source: StudySource,
  options: RunStudyOptions = {},
): Promise<StudyResult> {
  refuseSeveral("A study");
  const { only, trials, seeds, set, out, ...rest } = options;
  const { study, plans } = await planStudy(source, { only, trials, seeds, set });
  const folder = out ?? join("runs", study.name);
  const teachers: ModelResult[][] = study.seeds.map(() => []);
  const shelves = new Map<string, number>();
  const studied: StudiedVariant[] = [];
  for (const { variant, tried, recipes } of plans) {
    const trials = await tryOut(study, variant, tried, { ...rest, out: join(folder, "trials") });
    const chosen = trials.best?.settings ?? [];
    const settled = recipes.map((recipe) => applySettings(recipe as unknown as Recipe, chosen));
    const compared = await runSeeds(settled, { ...rest, out: folder });
    for (const [i, recipe] of settled.entries()) {
      const shelf = await measureShelf(recipe, folder, rest);
      shelves.set(shelf.path, shelf.seconds);
      teachers[i].push(...shelf.models);
    }
    const { curve, x } = variant;
    studied.push({ ...compared, curve, x, chosen, trials: trials.trials });
  }
  const models = modelsBySeed(studied, teachers);
  const { name, x } = study;
  const sameTeachers = plans.every(({ recipes }) => differOnlyInSeed(recipes));
  const whole = {
    ...{ name, x, sameTeachers, folder, models },
    variants: studied,
    seconds: secondsOf(studied) + [...shelves.values()].reduce((sum, seconds) => sum + seconds, 0),
  };
  const result: StudyResult = { ...whole, tables: studyTables(whole) };
  const text = result.tables.map((table) => formatTable(table)).join("\n\n");
  await writeAtomic(join(folder, "comparison.txt"), text + "\n");
  await writeAtomic(join(folder, "comparison.json"), studyJson(result));
  await writeStudyReport(join(folder, "comparison.html"), result);
  return result;
}

/** A study whose recipes are made and checked. */
export interface StudyPlan {
  /** The study. */
  readonly study: OpenStudy;
  /** For each variant what is tried, and what is run with each seed. */
  readonly plans: readonly {
    readonly variant: OpenVariant;
    readonly tried: Recipe;
    readonly recipes: readonly ResolvedRecipe[];
  }[];
}

/**
 * Looks at everything in a study before anything is trained.
 *
 * @throws {ArgumentError} if the study, a variant or the choices cannot be used.
 */
export async function planStudy(source: StudySource, choices: StudyChoices): Promise<StudyPlan> {
  const study = await openStudy(source, choices);
  const plans: StudyPlan["plans"][number][] = [];
  for (const variant of study.variants) {
    const recipes = await Promise.all(study.seeds.map((seed) => variant.recipe(seed)));
    const tried = await variant.recipe(study.trialSeed) as unknown as Recipe;
    checkComparable(recipes[0]);
    if (study.trials > 1) {
      searchCandidates(tried, variant.space, { trials: study.trials, shared: variant.shared });
    }
    plans.push({ variant, tried, recipes: recipes.map(withoutTeachers) });
  }
  return { study, plans };
}

/** The trials of a variant; none where there is nothing to choose. */
async function tryOut(
  { trials }: OpenStudy,
  { space, shared }: OpenVariant,
  recipe: Recipe,
  options: RunSeedsOptions,
): Promise<{ trials: readonly Trial[]; best?: Trial }> {
  return trials === 1
    ? { trials: [] }
    : await search(recipe, space, { ...options, trials, shared });
}

/** Teachers are measured once for all variants, not again after every student. */
function withoutTeachers(recipe: ResolvedRecipe): ResolvedRecipe {
  return { ...recipe, evaluation: { ...recipe.evaluation, teachers: false } };
}

/** Whether a seed decides the student alone. */
function differOnlyInSeed(recipes: readonly ResolvedRecipe[]): boolean {
  return new Set(recipes.map((recipe) => recipeFingerprint({ ...recipe, seed: 0 }))).size === 1;
}

function secondsOf(variants: readonly StudiedVariant[]): number {
  return variants.flatMap(({ trials, runs }) => [
    ...trials.map(({ seconds }) => seconds),
    ...runs.map(({ result }) => result.seconds),
  ]).reduce((sum, seconds) => sum + seconds, 0);
}
