/**
 * How the teachers of a recipe do on its test images, without a student.
 *
 * @module
 */

import { join } from "node:path";
import { writeAtomic } from "../base/files.ts";
import { say } from "../base/progress.ts";
import { isMissing, readTextFile } from "../base/regular_files.ts";
import { shelfFingerprint } from "./fingerprint.ts";
import { measureTeachers } from "./measure_student.ts";
import { openRun } from "./open_run.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { ModelResult } from "./result.ts";
import { placesOf, type RunOptions } from "./run.ts";

/** What is known of the teachers of a recipe. */
export interface MeasuredShelf {
  /** The teachers, each alone and those who vote together. */
  readonly models: readonly ModelResult[];
  /** How long measuring took, in seconds. */
  readonly seconds: number;
  /** The file that it is kept in. */
  readonly path: string;
}

/**
 * Measures the teachers of a recipe, each alone and those who vote together, and keeps what comes of it in a folder: the same
 * teachers are not measured there again.
 *
 * @param out The folder.
 */
export async function measureShelf(
  recipe: ResolvedRecipe,
  out: string,
  options: Pick<RunOptions, "signal" | "progress" | "cache">,
): Promise<MeasuredShelf> {
  const path = join(out, `teachers-${shelfFingerprint(recipe)}.json`);
  try {
    return { ...JSON.parse(await readTextFile(path)), path };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (recipe.teachers.length === 0) return { models: [], seconds: 0, path };
  const start = performance.now();
  if (options.progress !== false) say(`Measuring ${recipe.teachers.length} teachers`);
  using opened = await openRun(recipe, placesOf(options));
  const { opener, learned, shelf } = opened;
  const { test } = recipe.data;
  const seen = {
    test: test === null
      ? null
      : await opener.labelled(test, "data.test", learned.labelled?.classNames),
    labelled: learned.labelled as never,
  };
  const models = await measureTeachers(recipe, shelf.teachers, seen, options.signal);
  const seconds = (performance.now() - start) / 1000;
  await writeAtomic(path, JSON.stringify({ models, seconds }, null, 2) + "\n");
  return { models, seconds, path };
}
