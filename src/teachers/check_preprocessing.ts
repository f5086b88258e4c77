/**
 * What preprocessing has to be.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Preprocessing } from "./preprocessing.ts";

const interpolations = ["bilinear", "bicubic", "nearest"];
export function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/**
 * Refuses parts of a preprocessing that cannot be meant.
 *
 * @throws {ArgumentError} if one is of another kind or out of its range.
 */
export function checkPreprocessing(given: Partial<Preprocessing>): void {
  if (typeof given !== "object" || given === null) {
    throw new ArgumentError(
      `A preprocessing is { size, mean, std }, or a part of it, got ${
        given === null ? "null" : typeof given
      }.`,
    );
  }
  const { size, mean, std, interpolation, cropFraction } = given;
  const isList = (value: unknown, fits: (one: number) => boolean): boolean =>
    Array.isArray(value) && value.length > 0 &&
    value.every((one) => typeof one === "number" && Number.isFinite(one) && fits(one));
  if (
    size !== undefined &&
    !(isList(size, (side) => Number.isSafeInteger(side) && side >= 1) && size.length === 2)
  ) {
    throw new ArgumentError(`The size of images is [height, width], got ${shown(size)}.`);
  }
  for (const [name, value, fits] of [["mean", mean, () => true], ["std", std, isAbove0]] as const) {
    if (value === undefined || isList(value, fits)) continue;
    throw new ArgumentError(
      `mean and std have one number for each channel, those of std above 0; got ${name} ${
        shown(value)
      }.`,
    );
  }
  if (interpolation !== undefined && !interpolations.includes(interpolation)) {
    throw new ArgumentError(
      `interpolation is one of ${interpolations.join(", ")}, got ${shown(interpolation)}.`,
    );
  }
  if (cropFraction !== undefined && !(cropFraction > 0 && cropFraction <= 1)) {
    throw new ArgumentError(`cropFraction is above 0 and at most 1, got ${shown(cropFraction)}.`);
  }
}

function isAbove0(value: number): boolean {
  return value > 0;
}
