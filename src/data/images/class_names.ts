/**
 * The names of classes, as options and files have them.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";
import { linesOf, readText } from "./text_lines.ts";

/** No class has a longer name. */
const MAX_NAME_LENGTH = 1024;

/**
 * The names of classes, from a list or from a file with one name a line, which may have its number before or behind
 * it.
 *
 * @throws {FileError} If the file cannot be read.
 * @throws {FormatError} If it holds no names, or one that is too long.
 * @throws {ArgumentError} If the list is empty, or holds something else than names.
 */
export function readClassNames(names: readonly string[] | string): readonly string[] {
  if (typeof names !== "string") {
    const bad = names.findIndex((name) => typeof name !== "string");
    if (names.length > 0 && bad < 0) return names;
    throw new ArgumentError(
      bad < 0
        ? "classNames is empty; give a name for every class."
        : `classNames: name ${bad} is ${String(names[bad])}; give names as text.`,
    );
  }
  const lines: string[] = [];
  for (const [number, line] of linesOf(readText(names))) {
    if (line.length > MAX_NAME_LENGTH) {
      throw new FormatError(
        `${names}, line ${number}: a class's name has ${line.length} characters, more than ` +
          `${MAX_NAME_LENGTH}.`,
      );
    }
    lines.push(line);
  }
  if (lines.length === 0) throw new FormatError(`${names} holds no names of classes.`);
  return numberedNames(lines) ?? lines;
}

/** Names in the order of the numbers beside them; undefined if there are none, or they are parts of the names. */
function numberedNames(lines: readonly string[]): readonly string[] | undefined {
  for (
    const pattern of [/^(?<number>\d+)[\s,:]+(?<name>.+)$/, /^(?<name>.+?)[\s,:]+(?<number>\d+)$/]
  ) {
    const found = lines.map((line) => pattern.exec(line)?.groups);
    if (found.some((groups) => groups === undefined)) continue;
    const numbers = found.map((groups) => Number(groups!.number));
    const first = numbers.reduce((least, number) => Math.min(least, number));
    const byNumber = new Map(numbers.map((number, i) => [number - first, found[i]!.name.trim()]));
    const inOrder = lines.map((_, number) => byNumber.get(number));
    if (first <= 1 && !inOrder.includes(undefined)) return inOrder as string[];
  }
  return undefined;
}
