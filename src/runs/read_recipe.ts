/**
 * Recipes in files.
 *
 * @module
 */

import { dirname, isAbsolute, join } from "node:path";
import { ArgumentError, FormatError } from "../base/errors.ts";
import { isPlainObject } from "../base/options.ts";
import { isDomainStudy } from "./open_domains.ts";
import { readExported } from "./read_exported.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";
import { isStudy } from "./study_table.ts";

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
  const { file, value: found } = await readExported(path);
  const value = typeof found === "function" ? await found(options) : found;
  if (!isPlainObject(value)) {
    throw new FormatError(`${file} is no recipe: it holds ${describe(value)}, not an object.`);
  }
  if (isDomainStudy(value)) {
    throw new ArgumentError(
      `${file} is a study over domains, not one recipe. Give it to domains, or one of its runs' folders here.`,
    );
  }
  if (isStudy(value)) {
    throw new ArgumentError(
      `${file} is a study of several variants, not one recipe. Give it to compare, or one of its runs' folders here.`,
    );
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

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
