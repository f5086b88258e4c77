/**
 * Where saved models are.
 *
 * @module
 */

import { join } from "node:path";
import { FileError } from "../base/errors.ts";
import { loadSafetensorsMetadata } from "../torch/mod.ts";

/** What the metadata of a saved model begins with. */
export const SAVED_FORMAT = "apprentice-model";

/** The student in the folder of a run. */
export const STUDENT_FILE = "student.safetensors";

/** The file of a saved model, by its name or by the folder of its run; null if there is none. */
export function savedFile(place: string): string | null {
  try {
    const path = fileAt(place);
    return loadSafetensorsMetadata(path).format === SAVED_FORMAT ? path : null;
  } catch {
    // What is wrong with it will be said by whoever opens it.
    return null;
  }
}

/**
 * The file that a path means: in a folder the student.
 *
 * @throws {FileError} if a folder has none.
 */
export function fileAt(place: string): string {
  if (statOf(place)?.isDirectory !== true) return place;
  const path = join(place, STUDENT_FILE);
  if (statOf(path) !== undefined) return path;
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
