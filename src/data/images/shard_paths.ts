/**
 * The names of many files in one: `train-{000..009}.tar`.
 *
 * @module
 */

import { ArgumentError, FileError, FormatError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";

/** More files than any data set has. */
const MAX_PATHS = 1_000_000;

/**
 * The paths that a pattern stands for: `{000..009}` for numbers with as many digits, `{a,b}` for either, `*` in the
 * last part for any letters of files that are there.
 */
export function expandPaths(pattern: string): string[] {
  const paths = expandBraces(pattern);
  return paths.flatMap((path) => path.includes("*") ? findFiles(path) : [path]);
}

function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  const close = pattern.indexOf("}", open);
  if (open < 0 || close < 0) return [pattern];
  const inside = pattern.slice(open + 1, close);
  const range = /^(\d+)\.\.(\d+)$/.exec(inside);
  let choices: string[];
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (to < from || to - from >= MAX_PATHS) {
      throw new ArgumentError(`${pattern}: {${inside}} is not a range that goes up.`);
    }
    choices = Array.from(
      { length: to - from + 1 },
      (_, i) => String(from + i).padStart(range[1].length, "0"),
    );
  } else if (inside.includes(",")) {
    choices = inside.split(",");
  } else {
    throw new ArgumentError(`${pattern}: braces hold a range such as {000..009} or {a,b}.`);
  }
  const before = pattern.slice(0, open);
  const rest = expandBraces(pattern.slice(close + 1));
  if (choices.length * rest.length > MAX_PATHS) {
    throw new ArgumentError(`${pattern} stands for more than ${MAX_PATHS} paths.`);
  }
  return choices.flatMap((choice) => rest.map((end) => before + choice + end));
}

function findFiles(pattern: string): string[] {
  const slash = pattern.lastIndexOf("/");
  const folder = slash < 0 ? "." : pattern.slice(0, slash + 1);
  const wanted = pattern.slice(slash + 1).split(/\*+/).map(RegExp.escape).join(".*");
  const names = new RegExp(`^${wanted}$`);
  const found: string[] = [];
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (names.test(name)) found.push(slash < 0 ? name : folder + name);
    }
  } catch (error) {
    passPermission(error);
    throw new FileError(
      `Cannot list the folder ${folder}: ${(error as Error).message}. Check that it is there.`,
      { cause: error },
    );
  }
  if (found.length === 0) throw new FormatError(`There is no file ${pattern}.`);
  return found.sort();
}
