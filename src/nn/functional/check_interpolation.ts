/**
 * Which options of an interpolation go together.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkWord } from "../options.ts";
import type { InterpolateOptions, InterpolationMode } from "./interpolate_options.ts";

const MODES: readonly InterpolationMode[] = [
  "nearest",
  "nearest-exact",
  "linear",
  "bilinear",
  "bicubic",
  "trilinear",
  "area",
];

/**
 * Checks that there is such a mode, that the other options are for it, and that there is either a size or a
 * scaleFactor. Returns the mode.
 *
 * @throws {ArgumentError} if not.
 */
export function checkInterpolation(name: string, options: InterpolateOptions): InterpolationMode {
  const mode = options.mode ?? "nearest";
  checkWord(name, "mode", mode, MODES);
  const rounds = mode === "nearest" || mode === "nearest-exact" || mode === "area";
  if (rounds && options.alignCorners) {
    throw new ArgumentError(`${name}: alignCorners is not for mode "${mode}".`);
  }
  if (options.antialias && mode !== "bilinear" && mode !== "bicubic") {
    throw new ArgumentError(
      `${name}: antialias is for modes "bilinear" and "bicubic", got "${mode}".`,
    );
  }
  if ((options.size === undefined) === (options.scaleFactor === undefined)) {
    throw new ArgumentError(`${name} takes either a size or a scaleFactor.`);
  }
  if (options.size !== undefined && options.recomputeScaleFactor) {
    throw new ArgumentError(`${name}: recomputeScaleFactor is for a scaleFactor, not a size.`);
  }
  return mode;
}
