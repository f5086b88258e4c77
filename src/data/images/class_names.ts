/**
 * Labels as files have them, numbers or names, and the names of classes.
 *
 * @module
 */

import { ApprenticeError, FileError, FormatError } from "../../errors.ts";
import { passPermission, statFileSync } from "../../regular_files.ts";

/** More than any list of images has; a larger file is refused. */
const MAX_TEXT_BYTES = 2 ** 28;

/** Reads a text file. */
export function readText(path: string): string {
  try {
    const { size } = statFileSync(path);
    if (size > MAX_TEXT_BYTES) {
      throw new FormatError(`${path} has ${size} bytes, too many for a list of images.`);
    }
    return Deno.readTextFileSync(path).replace(/^\ufeff/, "");
  } catch (error) {
    if (error instanceof ApprenticeError) throw error;
    passPermission(error);
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

/** A number as files have it, whole or not: `7`, `-1`, `2.0`, `1e3`. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a label is written as a number. */
export function isNumber(label: string): boolean {
  return NUMBER.test(label);
}

/** Numbers that stay the numbers of classes are not larger. */
const MOST_CLASSES = 9_999_999;

/**
 * Numbers the classes.
 *
 * Labels that are all numbers stay as they are, `2.0` being 2; where one of them cannot be the number of a class, such
 * as -1 or 2.5, the classes are the numbers that there are, in numeric order. Labels that are all names are numbered in
 * their order in `classNames`, or sorted. Without `classNames`, numbered classes are named after the folder that all of
 * a class's images lie in, if each class has one of its own, or else by their numbers.
 *
 * @throws {FormatError} If some labels are numbers and others names, or there is no such class.
 */
export function resolveLabels(
  images: readonly LabelledPath[],
  classNames: readonly string[] | undefined,
): Labels {
  const numbers = Float64Array.from(
    images,
    ({ label }) => isNumber(label) ? Number(label) : NaN,
  );
  const numeric = images.findIndex((_, row) => !Number.isNaN(numbers[row]));
  const named = images.findIndex((_, row) => Number.isNaN(numbers[row]));
  // Names that are given may look like numbers.
  if (classNames !== undefined && (named >= 0 || !numbers.every(isClassNumber))) {
    return byName(images, classNames);
  }
  if (named < 0) return byNumber(images, numbers, classNames);
  if (numeric < 0) return byName(images, [...new Set(images.map(({ label }) => label))].sort());
  throw new FormatError(
    `${images[numeric].place} has the label ${images[numeric].label}, a number, and ` +
      `${images[named].place} the label ${JSON.stringify(images[named].label)}, a name. Give all ` +
      `labels as numbers or all as names, or the names of all classes in the option classNames.`,
  );
}

function isClassNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= MOST_CLASSES;
}

function byName(images: readonly LabelledPath[], names: readonly string[]): Labels {
  const numbers = new Map(names.map((name, number) => [name, number]));
  const labels = Int32Array.from(images, ({ label, place }) => {
    const number = numbers.get(label);
    if (number !== undefined) return number;
    throw new FormatError(
      `${place}: there is no class ${JSON.stringify(label)} among the ${names.length} class names.`,
    );
  });
  return { labels, classNames: names };
}

function byNumber(
  images: readonly LabelledPath[],
  numbers: Float64Array,
  classNames: readonly string[] | undefined,
): Labels {
  if (!numbers.every(isClassNumber)) {
    // -0 is 0.
    const there = [...new Set(numbers.map((number) => number + 0))].sort((a, b) => a - b);
    const places = new Map(there.map((number, place) => [number, place]));
    return {
      labels: Int32Array.from(numbers, (number) => places.get(number)!),
      classNames: there.map(String),
    };
  }
  const labels = Int32Array.from(numbers);
  if (classNames !== undefined) {
    const row = labels.findIndex((label) => label >= classNames.length);
    if (row < 0) return { labels, classNames };
    throw new FormatError(
      `${images[row].place}: label ${
        labels[row]
      }, but there are ${classNames.length} class names, numbered from 0.`,
    );
  }
  const count = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
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
