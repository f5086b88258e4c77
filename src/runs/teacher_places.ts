/**
 * Where teachers that are recipes themselves are kept.
 *
 * @module
 */

import { join } from "node:path";
import { fingerprint } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import { decisive } from "./fingerprint.ts";
import { DataOpener } from "./open_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { openBatches } from "./run_batches.ts";

/** What becomes of teachers that are recipes. */
export interface TeacherPlaces {
  /** The folder that teachers are kept in. */
  readonly cache: string;
  /** Trains the student of a recipe in a folder, or finds it done there. */
  readonly trainFirst: (recipe: ResolvedRecipe, folder: string) => Promise<void>;
}

/**
 * Executes a recipe, unless that was done already by this version and on the data that is there now; returns the folder of
 * its run.
 */
export async function firstRun(recipe: ResolvedRecipe, places: TeacherPlaces): Promise<string> {
  using opener = new DataOpener();
  const folder = (await foldersOf([recipe], places, opener)).get(recipe)!;
  await places.trainFirst(recipe, folder);
  return folder;
}

/** Where the runs of recipes are kept. */
export async function foldersOf(
  recipes: readonly ResolvedRecipe[],
  { cache }: Pick<TeacherPlaces, "cache">,
  opener: DataOpener,
): Promise<Map<ResolvedRecipe, string>> {
  const folders = new Map<ResolvedRecipe, string>();
  for (const recipe of recipes) {
    folders.set(recipe, join(cache, `${recipe.name}-${await keyOf(recipe, opener)}`));
  }
  return folders;
}

/** What stands for all that decides a run. */
async function keyOf(recipe: ResolvedRecipe, opener: DataOpener): Promise<string> {
  const { sources } = await openBatches(recipe, opener);
  const data = await Promise.all(sources.map(({ seen }) => seen.spec()));
  return fingerprint([decisive(recipe), data, VERSION]);
}
