/**
 * Labels as files have them, numbers or names, and the names of classes.
 *
 * @module
 */

import { FileError, FormatError } from "../../errors.ts";

/** More than any list of images has; a larger file is refused. */
const MAX_TEXT_BYTES = 2 ** 30;

/** Reads a text file. */
export function readText(path: string): string {
  try {
    const { size } = Deno.statSync(path);
    if (size > MAX_TEXT_BYTES) throw new Error(`it has ${size} bytes, too many for a list`);
    return Deno.readTextFileSync(path).replace(/^\ufeff/, "");
  } catch (error) {
    throw new FileError(
      `Cannot read ${path}: ${(error as Error).message}. Check that the file is there.`,
      { cause: error },
    );
  }
}

/** A file's lines that are not empty, with their numbers from 1. */
export function* linesOf(text: string): Generator<[number: number, line: string]> {
  let number = 0;
  for (const line of text.split(/\r?\n/)) {
    number++;
    if (line.trim() !== "") yield [number, line];
  }
}

/**
 * The names of classes, from a list or from a file with one name a line, which may have its number before or behind
 * it.
 */
export function readClassNames(names: readonly string[] | string): readonly string[] {
  if (typeof names !== "string") return names;
  const lines = [...linesOf(readText(names))].map(([, line]) => line.trim());
  for (
    const pattern of [/^(?<number>\d+)[\s,:]+(?<name>.+)$/, /^(?<name>.+?)[\s,:]+(?<number>\d+)$/]
  ) {
    const found = lines.map((line) => pattern.exec(line)?.groups);
    if (found.some((groups) => groups === undefined)) continue;
    const numbers = found.map((groups) => Number(groups!.number));
    const first = Math.min(...numbers);
    const byNumber = new Array<string>(lines.length);
    numbers.forEach((number, i) => byNumber[number - first] = found[i]!.name.trim());
    // Otherwise the numbers are parts of the names.
    if (
      first <= 1 && Object.keys(byNumber).length === lines.length &&
      byNumber.length === lines.length
    ) {
      return byNumber;
    }
  }
  return lines;
}

/** Labels as numbers, and the classes' names. */
export interface Labels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/** What {@linkcode resolveLabels} knows of an image. */
export interface LabelledPath {
  /** Its path, if the folder that it lies in may be named after its class. */
  readonly path?: string;
  /** Its class: a number, or a name. */
  readonly label: string;
  /** Where it is listed, for messages. */
  readonly place: string;
}

/**
 * Numbers the classes. Labels that are all numbers stay as they are; names are numbered in their order in
 * `classNames`, or sorted. Without `classNames`, numbered classes are named after the folder that all of a class's
 * images lie in, if each class has one of its own, or else by their numbers.
 */
export function resolveLabels(
  images: readonly LabelledPath[],
  classNames: readonly string[] | undefined,
): Labels {
  const numbered = images.every(({ label }) => /^\d{1,7}$/.test(label));
  if (!numbered) {
    const names = classNames ?? [...new Set(images.map(({ label }) => label))].sort();
    const numbers = new Map(names.map((name, number) => [name, number]));
    const labels = Int32Array.from(images, ({ label, place }) => {
      const number = numbers.get(label);
      if (number === undefined) {
        throw new FormatError(
          `${place}: there is no class ${
            JSON.stringify(label)
          } among the ${names.length} class names.`,
        );
      }
      return number;
    });
    return { labels, classNames: names };
  }
  const labels = Int32Array.from(images, ({ label }) => Number(label));
  const count = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  if (classNames !== undefined) {
    const row = labels.findIndex((label) => label >= classNames.length);
    if (row >= 0) {
      throw new FormatError(
        `${images[row].place}: label ${
          labels[row]
        }, but there are ${classNames.length} class names, ` +
          `numbered from 0.`,
      );
    }
    return { labels, classNames };
  }
  return { labels, classNames: namesFromFolders(images, labels, count) };
}

function namesFromFolders(
  images: readonly LabelledPath[],
  labels: Int32Array,
  count: number,
): readonly string[] {
  const numbers = Array.from({ length: count }, (_, number) => String(number));
  const names = new Array<string | undefined>(count);
  for (let row = 0; row < images.length; row++) {
    const folder = images[row].path?.split("/").at(-2);
    if (folder === undefined || (names[labels[row]] ?? folder) !== folder) return numbers;
    names[labels[row]] = folder;
  }
  const used = names.filter((name) => name !== undefined);
  return new Set(used).size === used.length ? numbers.map((name, i) => names[i] ?? name) : numbers;
}
