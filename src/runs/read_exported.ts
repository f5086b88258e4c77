/**
 * What a file of a recipe or a study holds.
 *
 * @module
 */

import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isCompiled } from "../base/compiled.ts";
import { FileError, FormatError } from "../base/errors.ts";
import { isMissing, readTextFile } from "../base/regular_files.ts";

const INSTEAD =
  " A compiled program runs a recipe that imports @apprentice/distill and files that lie beside it. Give it as " +
  ".json otherwise (every run's folder has its recipe.json), or use deno run.";

/**
 * What is in a `.json` file, or what a `.ts` or `.js` file exports by default. The folder of a run counts as its
 * `recipe.json`.
 *
 * @throws {FileError} if there is no such file, or it cannot be read.
 * @throws {FormatError} if it is no JSON, exports nothing, or cannot be run.
 */
export async function readExported(path: string): Promise<{ file: string; value: unknown }> {
  const file = await find(path);
  const value = extname(file) === ".json" ? await fromJson(file) : await fromModule(file);
  return { file, value };
}

async function find(path: string): Promise<string> {
  try {
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory) return path;
    const own = join(path, "recipe.json");
    await Deno.stat(own);
    return own;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new FileError(
      `There is no recipe at ${path}. Give a .ts or .json file, or the folder of a run.`,
      { cause: error },
    );
  }
}

async function fromJson(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${path} is no JSON: ${(cause as Error).message}.`, { cause });
  }
}

async function fromModule(path: string): Promise<unknown> {
  let exported: { default?: unknown };
  try {
    exported = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    throw new FormatError(
      `${path} cannot be run: ${(cause as Error).message}.${isCompiled() ? INSTEAD : ""}`,
      { cause },
    );
  }
  const { default: value } = exported;
  if (value === undefined) {
    throw new FormatError(
      `${path} exports nothing by default; write export default recipe({ … }).`,
    );
  }
  return value;
}
