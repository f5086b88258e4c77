/**
 * How the image files of several data sets are read once they are one.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import type { ImageReadOptions } from "./read_options.ts";

/** A data set of files, as far as its reading goes. */
interface ReadImages {
  readonly name: string;
  readonly imageShape: readonly number[];
  readonly options: ImageReadOptions;
}

/** Options that change nothing about the images; the first data set's count. */
const FREE = new Set(["workers", "onSkip"]);

/**
 * The options that all data sets are read with, but for those given.
 *
 * @throws {ShapeError} If they make images of different sizes, and no `part` is given.
 * @throws {ArgumentError} If they differ otherwise in one that is not given.
 */
export function jointReading(
  datasets: readonly ReadImages[],
  given: ImageReadOptions,
): ImageReadOptions {
  const [first, ...rest] = datasets;
  const own = plain(given);
  for (const other of rest) {
    const [a, b] = [plain(first.options), plain(other.options)];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [one, two] = [said(a[key]), said(b[key])];
      if (one === two || key in own || FREE.has(key)) continue;
      const sizes = first.imageShape.join(" x ") !== other.imageShape.join(" x ");
      throw new (key === "part" && sizes ? ShapeError : ArgumentError)(
        `${first.name} and ${other.name} read their images differently, so that they cannot be ` +
          `one data set: ${key} is ${one} in the first and ${two} in the second. Give the option ` +
          `${key}, which then counts for all.`,
      );
    }
  }
  return { ...first.options, ...own };
}

/** Options without those that are left out. */
function plain(options: ImageReadOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function said(value: unknown): string {
  return value === undefined ? "left out" : JSON.stringify(value);
}
