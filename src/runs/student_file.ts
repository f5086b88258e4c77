/**
 * The file of a run's student.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { savedFile } from "../models/saved_file.ts";

/**
 * The file of a run's student: in its folder, or the file itself.
 *
 * @throws {ArgumentError} if there is none.
 */
export function studentFile(path: string): string {
  const file = savedFile(path);
  if (file !== null) return file;
  throw new ArgumentError(
    `There is no student at ${path}. Give the folder of a run that is done, or a file that models.save wrote.`,
  );
}
