/**
 * Checks of the options of Hiera.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { HieraOptions } from "../hiera_options.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  checkSmall,
  countPatches,
  transformerParameters,
} from "./size_checks.ts";

/** How many pixels lie between tokens. */
export const HIERA_STRIDE = 4;
/** How many tokens the units of the first stages are high and wide. */
export const HIERA_UNIT = 8;

/**
 * Checks the options, and returns how many tokens an image is high and wide.
 *
 * @throws {ArgumentError} if an option cannot be used.
 */
export function tokensAcross(options: HieraOptions, imageSize: number, inChannels: number): number {
  const { dim, heads, depths, mlpRatio = 4, layerScale, globalPositions, numClasses } = options;
  checkList("Hiera", "depths", depths);
  checkBlocks("Hiera", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  checkCounts("Hiera", { dim, heads, imageSize });
  checkCounts("Hiera", { "dim of the last stage": dim * 2 ** (depths.length - 1) });
  checkFactors("Hiera", { mlpRatio });
  if (layerScale !== undefined) checkSmall("Hiera", { layerScale });
  if (globalPositions !== undefined) checkCounts("Hiera", { globalPositions });
  if (dim % heads !== 0) {
    throw new ArgumentError(
      `Hiera: dim ${dim} cannot be split into ${heads} equal heads; choose a divisor.`,
    );
  }
  // The last stage's maps are the smallest; units are larger where there are few stages.
  const patch = HIERA_STRIDE * Math.max(HIERA_UNIT, 2 ** (depths.length - 1));
  const tokens = countPatches("Hiera", imageSize, patch) * (patch / HIERA_STRIDE) ** 2;
  checkParameterCount(
    "Hiera",
    depths.reduce((sum, depth, i) => {
      const width = dim * 2 ** i;
      return sum + transformerParameters(depth, width, width * mlpRatio);
    }, dim * (tokens + 49 * inChannels)) + dim * 2 ** (depths.length - 1) * numClasses,
    { dim, depths, imageSize, inChannels, numClasses },
  );
  return imageSize / HIERA_STRIDE;
}
