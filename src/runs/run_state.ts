/**
 * What the folder of a run says about it.
 *
 * @module
 */

import { ResumeError } from "../base/errors.ts";
import { readTextFile } from "../base/regular_files.ts";
import { differencesOf, type Spec, specText } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import { load } from "../models/saved.ts";
import { readMetrics } from "../report/metrics.ts";
import * as torch from "../torch/mod.ts";
import type { ResumeDifferences } from "../train/resume_differences.ts";
import { decisive, recipeFingerprint } from "./fingerprint.ts";
import { RUN_FILES, type RunFolder } from "./folder.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { Run, RunResult } from "./result.ts";

/** The recipe of the run that is in a folder; null if there is none, or one that failed before it trained anything. */
export async function earlier(folder: RunFolder): Promise<ResolvedRecipe | null> {
  const isBegun = folder.has(RUN_FILES.checkpoint) || folder.has(RUN_FILES.result);
  if (!isBegun || !folder.has(RUN_FILES.recipe)) return null;
  try {
    return JSON.parse(await readTextFile(folder.path(RUN_FILES.recipe)));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Refuses to go on where the folder's run was another one; more epochs may be asked for. */
export function checkSame(
  folder: RunFolder,
  before: ResolvedRecipe,
  now: ResolvedRecipe,
  { differences = "error" }: { differences?: ResumeDifferences } = {},
): void {
  if (differences !== "error") return;
  const found = differencesOf(decisive(before), decisive(now)).filter(({ path }) =>
    path !== "epochs"
  );
  if (found.length === 0) return;
  const list = found.map(({ path, before, now }) => ({
    path,
    saved: specText(before as Spec),
    here: specText(now as Spec),
  }));
  throw new ResumeError(
    `The run in ${folder.root} is another one, so that going on would give other numbers:\n${
      list.map(({ path, saved, here }) => `  ${path}: ${saved} there, ${here} here`).join("\n")
    }\nGive the recipe that it began with, another folder, or say what counts with resume: { differences: "new" } (--differences new).`,
    list,
  );
}

/** The run that a folder holds, if it is done. */
export async function finished(folder: RunFolder, recipe: ResolvedRecipe): Promise<Run | null> {
  if (!folder.has(RUN_FILES.result) || !folder.has(RUN_FILES.student)) return null;
  const result: RunResult = JSON.parse(await readTextFile(folder.path(RUN_FILES.result)));
  if (result.fingerprint !== recipeFingerprint(recipe)) return null;
  const student = load(folder.path(RUN_FILES.student));
  return {
    student,
    folder: folder.root,
    recipe,
    metrics: folder.has(RUN_FILES.metrics) ? readMetrics(folder.path(RUN_FILES.metrics)) : [],
    result,
    evaluation: result.test,
    [Symbol.dispose]: () => student.dispose(),
  };
}

/** The versions that a run is made with. */
export function versions(): Spec {
  const { deno, v8, typescript } = Deno.version;
  return {
    apprentice: VERSION,
    ...torch.buildInfo() as unknown as Record<string, Spec>,
    deno,
    v8,
    typescript,
  };
}
