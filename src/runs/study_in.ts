/**
 * Studies in files.
 *
 * @module
 */

import { openStudy } from "./open_study.ts";
import { readExported } from "./read_exported.ts";
import type { Recipe } from "./recipe.ts";
import { recipeFile } from "./recipe_file.ts";
import type { StudySource } from "./study.ts";
import { isStudy } from "./study_table.ts";

/** The study in a file; null if there is something else. */
export async function studyIn(path: string): Promise<StudySource | null> {
  const { value } = await readExported(path);
  const study = typeof value === "function" ? await value({ seed: 0 }) : value;
  return isStudy(study) ? value as StudySource : null;
}

/**
 * The recipe in a file whose teachers are looked at: as `recipeFile` has it, or that of a study's last variant, with the first
 * of its seeds.
 *
 * @param settings Entries that are set, as `--set` of the command line has them.
 * @throws as `recipeFile` and `runStudy` do.
 */
export async function shelfFile(path: string, settings: readonly string[] = []): Promise<Recipe> {
  const study = await studyIn(path);
  if (study === null) return await (await recipeFile(path, settings))();
  const { variants, seeds: [seed] } = await openStudy(study, { set: settings });
  return await variants[variants.length - 1].recipe(seed) as unknown as Recipe;
}
