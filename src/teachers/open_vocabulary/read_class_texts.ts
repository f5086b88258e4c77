/**
 * Classes in words, as the command line has them.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { readTextFile } from "../../base/regular_files.ts";
import type { ClassTexts } from "./class_texts.ts";

/**
 * The texts themselves, or what the one `.json` file that is named holds.
 *
 * @throws {FileError} if the file cannot be read.
 * @throws {FormatError} if it is no JSON.
 */
export async function readClassTexts(prompts: readonly string[]): Promise<ClassTexts> {
  const [path] = prompts;
  if (prompts.length > 1 || !path.endsWith(".json")) return prompts;
  const content = await readTextFile(path);
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new FormatError(`${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}
