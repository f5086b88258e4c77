/**
 * What a view has to be.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { View } from "./view.ts";

const interpolations = ["bilinear", "bicubic", "nearest"];

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  // JSON has no NaN.
  return typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
}

/**
 * Refuses a view that cannot be used.
 *
 * @throws {ArgumentError} if sizes are not whole, mean and deviation do not fit together, or something is missing.
 */
export function checkView(view: View): void {
  checkViewParts(view);
  const { size, mean, std } = view;
  if (size === undefined) throw new ArgumentError("A view needs the size [height, width].");
  if (mean === undefined || std === undefined || mean.length !== std.length) {
    throw new ArgumentError(
      `A view's mean and std have one number for each channel, those of std above 0; got ${
        shown(mean)
      } and ${shown(std)}.`,
    );
  }
}

/**
 * Refuses parts of a view that cannot be meant.
 *
 * @throws {ArgumentError} if one is of another kind or out of its range.
 */
export function checkViewParts(given: Partial<View>): void {
  if (typeof given !== "object" || given === null) {
    throw new ArgumentError(
      `A view is { size, mean, std }, or a part of it, got ${
        given === null ? "null" : typeof given
      }.`,
    );
  }
  const { size, mean, std, interpolation, cropFraction } = given;
  const isList = (value: unknown, fits: (one: number) => boolean): boolean =>
    Array.isArray(value) && value.length > 0 &&
    value.every((one) => typeof one === "number" && Number.isFinite(one) && fits(one));
  const isSide = (side: number): boolean => Number.isSafeInteger(side) && side >= 1;
  if (size !== undefined && !(isList(size, isSide) && size.length === 2)) {
    throw new ArgumentError(`A view's size is [height, width], got ${shown(size)}.`);
  }
  for (const [name, value, fits] of [["mean", mean, () => true], ["std", std, isAbove0]] as const) {
    if (value === undefined || isList(value, fits)) continue;
    throw new ArgumentError(
      `A view's mean and std have one number for each channel, those of std above 0; got ${name} ${
        shown(value)
      }.`,
    );
  }
  if (interpolation !== undefined && !interpolations.includes(interpolation)) {
    throw new ArgumentError(
      `A view's interpolation is one of ${interpolations.join(", ")}, got ${shown(interpolation)}.`,
    );
  }
  if (cropFraction !== undefined && !(cropFraction > 0 && cropFraction <= 1)) {
    throw new ArgumentError(
      `A view's cropFraction is above 0 and at most 1, got ${shown(cropFraction)}.`,
    );
  }
}

function isAbove0(value: number): boolean {
  return value > 0;
}
