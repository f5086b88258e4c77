/**
 * The student's classes, as far as a recipe tells them before there is a student.
 *
 * @module
 */

import type { DataOpener } from "./open_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunBatches } from "./run_batches.ts";

/**
 * The student's classes: the names that labelled images have, of `data.labelled`, `data.validation` or `data.test`; else how
 * many the recipe says; undefined if nobody votes, or nothing tells.
 */
export async function labelSpaceOf(
  { student, teachers, data }: ResolvedRecipe,
  opener: DataOpener,
  { labelled }: RunBatches,
): Promise<readonly string[] | number | undefined> {
  if (!teachers.some(({ kind }) => kind === "predictive")) return undefined;
  const count = student.numClasses ?? undefined;
  const named = labelled ??
    (data.validation && await opener.labelled(data.validation, "data.validation")) ??
    (data.test && await opener.labelled(data.test, "data.test"));
  const names = named?.classNames;
  return names === undefined || (count !== undefined && count !== names.length) ? count : names;
}
