/**
 * How large the files of a teacher are.
 *
 * @module
 */

import { openWeights } from "../checkpoints/mod.ts";
import { isFolder, statFileSync } from "../base/regular_files.ts";
import type { TeacherFacts } from "./teacher_options.ts";

/**
 * The bytes of the files that a teacher's weights lie in; null if it is not known which these are.
 *
 * @throws {FileError} if one is not there any more.
 * @throws {FormatError} if an index of them is damaged.
 */
export function bytesOfTeacher({ file, weightFiles = [] }: TeacherFacts): number | null {
  if (file === undefined) return null;
  const beside = weightFiles.reduce((sum, path) => sum + statFileSync(path).size, 0);
  if (!isFolder(file) && !file.endsWith(".json")) return statFileSync(file).size + beside;
  using weights = openWeights(file);
  return weights.bytes;
}
