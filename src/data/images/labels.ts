/**
 * Labels as files have them, numbers or names, as the numbers of classes.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";

/** Labels as numbers, and the classes' names. */
export interface Labels {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/** What {@linkcode resolveLabels} knows of an image. */
export interface LabelledPath {
  /** The image's path, if the folder that it lies in may be named after its class. */
  readonly path?: string;
  /** The image's class: a number, or a name. */
  readonly label: string;
  /** Where the image is listed, for messages. */
  readonly place: string;
}

/** From this number on, a label is not taken for a class's number, but for its name. */
const MOST_CLASSES = 10_000_000;
/** More digits than any number has; they are a name. */
const MOST_DIGITS = 40;
/** How many classes a notice names. */
const NAMED = 8;

/**
 * Numbers the classes, for lists, tables and shards alike.
 *
 * - Numbers from 0 to 9,999,999 are the classes' numbers, as in PyTorch; `2.0`, as pandas writes it, is 2. Without
 *   `classNames`, classes are named after the folder that all of a class's images lie in, if each class has one of its
 *   own, or else by their numbers.
 * - If one of the numbers is negative, larger or no whole number, the different numbers are names of classes, in the
 *   order of their size; a notice says which number became which class.
 * - Names are numbered in their order in `classNames`, or sorted. So are numbers, where all class names are numbers and
 *   all labels are among them.
 *
 * @param images The labels, and where they stand.
 * @param classNames The classes' names in the order of their numbers, if they are known.
 * @param notice Told what happened to numbers that could not be classes' numbers.
 * @throws {FormatError} If some labels are numbers and others are names, or a label has no class.
 */
export function resolveLabels(
  images: readonly LabelledPath[],
  classNames: readonly string[] | undefined,
  notice: (text: string) => void,
): Labels {
  const names = images.map(({ label }) => label.trim());
  if (classNames !== undefined && allAmong(names, classNames)) {
    return byName(images, names, classNames);
  }
  const numbers = names.map(plainNumber);
  const number = numbers.findIndex((value) => value !== undefined);
  if (number < 0) return byName(images, names, classNames ?? [...new Set(names)].sort());
  const word = numbers.indexOf(undefined);
  if (word >= 0) throw mixed(images[number], images[word]);
  const plain = numbers as string[];
  if (classNames !== undefined) {
    const known = classNames.map((name) => plainNumber(name) ?? name);
    if (allAmong(plain, known)) return { ...byName(images, plain, known), classNames };
  }
  const odd = plain.findIndex((value) => !isClassNumber(value));
  if (odd < 0) return byNumber(images, plain, classNames);
  if (classNames !== undefined) throw outOfRange(images[odd], classNames);
  const sorted = [...new Set(plain)].sort(bySize);
  notice(oddNotice(images[odd], sorted));
  return byName(images, plain, sorted);
}

/**
 * A number in its shortest spelling, whole ones without a point; undefined if the text is none. The text itself is the
 * value: numbers beyond 2^53 stay apart.
 */
function plainNumber(text: string): string | undefined {
  const whole = /^([+-]?\d+)(?:\.0*)?$/.exec(text);
  if (whole !== null) {
    return whole[1].length > MOST_DIGITS ? undefined : BigInt(whole[1].replace("+", "")).toString();
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function isClassNumber(plain: string): boolean {
  return /^\d{1,7}$/.test(plain) && Number(plain) < MOST_CLASSES;
}

/** Ascending; whole numbers that are the same to 53 bits are compared in full. */
function bySize(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 || a.includes(".") || b.includes(".")) return difference;
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

function allAmong(labels: readonly string[], names: readonly string[]): boolean {
  const known = new Set(names);
  return labels.every((label) => known.has(label));
}

/** The labels are among the names. */
function byName(
  images: readonly LabelledPath[],
  labels: readonly string[],
  classNames: readonly string[],
): Labels {
  const numbers = new Map<string, number>();
  const twice = new Set<string>();
  classNames.forEach((name, number) => {
    if (numbers.has(name)) twice.add(name);
    numbers.set(name, number);
  });
  const found = labels.map((label, row) => {
    const number = numbers.get(label);
    if (number === undefined) throw unknown(images[row], classNames);
    if (!twice.has(label)) return number;
    throw new FormatError(
      `${images[row].place}: there are several classes of the name ${JSON.stringify(label)}. ` +
        `Give each a name of its own, or list the classes by their numbers.`,
    );
  });
  return { labels: Int32Array.from(found), classNames };
}

/** The labels are the classes' numbers. */
function byNumber(
  images: readonly LabelledPath[],
  numbers: readonly string[],
  classNames: readonly string[] | undefined,
): Labels {
  const labels = Int32Array.from(numbers, Number);
  if (classNames === undefined) {
    const count = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
    return { labels, classNames: namesFromFolders(images, labels, count) };
  }
  const row = labels.findIndex((label) => label >= classNames.length);
  if (row >= 0) throw outOfRange(images[row], classNames);
  return { labels, classNames };
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

function mixed(number: LabelledPath, word: LabelledPath): FormatError {
  return new FormatError(
    `Some labels are numbers and others are names: ${number.place} has ${
      JSON.stringify(number.label)
    }, ${word.place} has ${JSON.stringify(word.label)}. Write all of them in one way, or, if all ` +
      `are names, give these in the option classNames.`,
  );
}

function outOfRange({ place, label }: LabelledPath, classNames: readonly string[]): FormatError {
  return new FormatError(
    `${place}: label ${label}, but there are ${classNames.length} class names, numbered from 0.`,
  );
}

function unknown({ place, label }: LabelledPath, classNames: readonly string[]): FormatError {
  return new FormatError(
    `${place}: there is no class ${JSON.stringify(label)} among the ${classNames.length} class ` +
      `names.`,
  );
}

function oddNotice({ place, label }: LabelledPath, sorted: readonly string[]): string {
  const shown = sorted.slice(0, NAMED).map((name, number) => `${name} is class ${number}`);
  const last = sorted.length - 1;
  if (last >= NAMED) shown.push(`${last > NAMED ? "... " : ""}${sorted[last]} is class ${last}`);
  return `${place}: the label ${label} cannot be a class's number, so the labels are names ` +
    `of classes, in the order of their size: ${shown.join(", ")}. ` +
    `If ${label} marks images without a class, leave these out.`;
}
