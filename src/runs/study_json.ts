/**
 * What a study came to, as JSON for other programs.
 *
 * @module
 */

import { relative } from "node:path";
import type { StudyResult } from "./studied.ts";

/** The study as JSON: accuracies from 0 to 1, folders as they lie in the study's. */
export function studyJson(study: StudyResult): string {
  return JSON.stringify(studyValue(study), null, 2) + "\n";
}

/** What of a study becomes JSON. */
export function studyValue(
  { name, folder, sameTeachers, variants, models, seconds }: StudyResult,
): Record<string, unknown> {
  const place = (path: string) => relative(folder, path);
  return {
    name,
    sameTeachers,
    variants: variants.map(({ title, curve, x, chosen, trials, runs, mean, deviation }) => ({
      title,
      ...(curve !== null && { curve }),
      ...(x !== null && { x }),
      accuracy: { mean, deviation },
      chosen,
      trials: trials.map((trial) => ({ ...trial, folder: place(trial.folder) })),
      runs: runs.map(({ seed, folder, result }) => ({
        seed,
        accuracy: result.test!.overall,
        byDataset: result.test!.byDataset,
        folder: place(folder),
        seconds: result.seconds,
      })),
    })),
    teachers: models.map((some) => some.filter(({ kind }) => kind !== "student")),
    seconds,
  };
}
