/**
 * What the command line compares: files of recipes, or of a study.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import type { Table } from "../report/table.ts";
import { compare } from "./compare.ts";
import { recipeFile } from "./recipe_file.ts";
import { runStudy, type RunStudyOptions } from "./run_study.ts";
import { search, type SearchOptions } from "./search.ts";
import { parseSpace } from "./candidates.ts";
import { studyIn } from "./study_in.ts";
import { searchTable } from "./study_tables.ts";

/** What a comparison of files came to. */
export interface ComparedFiles {
  /** What there is to say. */
  readonly tables: readonly Table[];
  /** Where everything is. */
  readonly folder: string;
}

/**
 * Runs a study that is in a file, or several recipes with several seeds.
 *
 * @param paths One file of a study, or files of recipes.
 * @throws {ArgumentError} if there is a study beside other files, or trials and variants are chosen of plain recipes.
 * @throws as `runStudy`, `compare` and `readRecipe` do.
 */
export async function compareFiles(
  paths: readonly string[],
  options: RunStudyOptions = {},
): Promise<ComparedFiles> {
  const studies = await Promise.all(paths.map(studyIn));
  const [study] = studies;
  if (study !== null && paths.length === 1) return await runStudy(study, options);
  const place = studies.findIndex((study) => study !== null);
  if (place >= 0) {
    throw new ArgumentError(`${paths[place]} is a study: compare it by itself.`);
  }
  const { set = [], only = [], trials, out = "runs", ...rest } = options;
  if (trials !== undefined || only.length > 0) {
    throw new ArgumentError(
      "Trials and variants are chosen of a study, and these are plain recipes. Leave trials and only out, or write a study.",
    );
  }
  const recipes = await Promise.all(paths.map((path) => recipeFile(path, set)));
  const { table } = await compare(recipes, { ...rest, out });
  return { tables: [table], folder: out };
}

/** How {@linkcode searchFile} goes. */
export interface SearchFileOptions extends SearchOptions {
  /** Entries and values to try, as `method.beta1=0.3,1,3`. */
  space: readonly string[];
  /** Settings of the recipe, as `--set` has them. */
  set?: readonly string[];
}

/**
 * Chooses settings of a recipe that is in a file on validation images.
 *
 * @throws as `search`, `parseSpace` and `readRecipe` do.
 */
export async function searchFile(
  path: string,
  { space, set, ...options }: SearchFileOptions,
): Promise<ComparedFiles> {
  const recipe = await (await recipeFile(path, set))();
  const { out: folder = join("runs", `${recipe.name}-trials`) } = options;
  const found = await search(recipe, parseSpace(space), { ...options, out: folder });
  return { tables: [searchTable(found)], folder };
}
