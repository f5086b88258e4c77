/**
 * Where saved models are.
 *
 * @module
 */

import { join } from "node:path";
import { FileError } from "../base/errors.ts";
import { loadSafetensorsMetadata } from "../torch/mod.ts";
import { isSavedModel } from "./saved_metadata.ts";

/** The student in the folder of a run. */
export const STUDENT_FILE = "student.safetensors";

/** The model in a folder that is exported, by the name that Python's libraries look for. */
export const EXPORTED_FILE = "model.safetensors";

/** The file of a saved model, by its name or by the folder of its run; null if there is none. */
export function savedFile(place: string): string | null {
  try {
    const path = fileAt(place);
    return isSavedModel(loadSafetensorsMetadata(path)) ? path : null;
  } catch {
    // What is wrong with it will be said by whoever opens it.
    return null;
  }
}

/**
 * The file that a path means: in a folder the student, of a run or exported.
 *
 * @throws {FileError} if a folder has none.
 */
export function fileAt(place: string): string {
  if (statOf(place)?.isDirectory !== true) return place;
  for (const name of [STUDENT_FILE, EXPORTED_FILE]) {
    const path = join(place, name);
    if (statOf(path) !== undefined) return path;
  }
  throw new FileError(
    `The folder ${place} has no ${STUDENT_FILE}, which a run writes at its end. Give a run's folder, or a file that ` +
      `models.save wrote.`,
  );
}

/** What is at a path; undefined if that cannot be told, which opening it then says. */
function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
