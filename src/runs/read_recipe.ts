/**
 * Recipes in files.
 *
 * @module
 */

import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ArgumentError, FileError, FormatError } from "../base/errors.ts";
import { isPlainObject } from "../base/options.ts";
import { isMissing, readTextFile } from "../base/regular_files.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";

/** How deep recipes of teachers may lie within each other. */
const DEEPEST = 16;

/**
 * Reads a recipe: a `.json` file of it, or a `.ts` or `.js` file that exports it by default, or a function that returns
 * it for a seed.
 * The folder of a run counts as its `recipe.json`. Where a teacher's `recipe` is the name of a file, beside this one, that is
 * read too.
 *
 * What is in a recipe is checked when it is resolved.
 *
 * @throws {FileError} if there is no such file, or it cannot be read.
 * @throws {FormatError} if it is no JSON, exports nothing, or cannot be run.
 */
export async function readRecipe(
  path: string,
  options: RecipeOptions = { seed: 0 },
): Promise<Recipe> {
  return await read(path, options, 0);
}

async function read(path: string, options: RecipeOptions, depth: number): Promise<Recipe> {
  if (depth > DEEPEST) {
    throw new ArgumentError(`${path}: recipes of teachers name each other in a circle.`);
  }
  const file = await find(path);
  const value = extname(file) === ".json" ? await fromJson(file) : await fromModule(file, options);
  if (!isPlainObject(value)) {
    throw new FormatError(`${file} is no recipe: it holds ${describe(value)}, not an object.`);
  }
  const { teachers } = value;
  if (!Array.isArray(teachers)) return value as unknown as Recipe;
  const whole = await Promise.all(teachers.map(async (teacher) => {
    if (!isPlainObject(teacher) || typeof teacher.recipe !== "string") return teacher;
    const name = teacher.recipe;
    const own = isAbsolute(name) ? name : join(dirname(file), name);
    return { ...teacher, recipe: await read(own, options, depth + 1) };
  }));
  return { ...value, teachers: whole } as unknown as Recipe;
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

async function fromModule(path: string, options: RecipeOptions): Promise<unknown> {
  let exported: { default?: unknown };
  try {
    exported = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    throw new FormatError(`${path} cannot be run: ${(cause as Error).message}.`, { cause });
  }
  const { default: value } = exported;
  if (value === undefined) {
    throw new FormatError(
      `${path} exports nothing by default; write export default recipe({ … }).`,
    );
  }
  return typeof value === "function" ? await value(options) : value;
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
