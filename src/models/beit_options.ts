/**
 * What makes one BEiT another.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions, type CheckedOptions } from "./parts/build_options.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkCounts,
  checkFactors,
  checkParameterCount,
  checkSmall,
  countPatches,
  transformerParameters,
} from "./parts/size_checks.ts";

/** Options of {@linkcode Beit}. */
export interface BeitOptions extends BuildOptions {
  /** Height and width of a patch; 16 by default. */
  readonly patchSize?: number;
  /** The width of the tokens; 768 by default. */
  readonly dim?: number;
  /** The number of blocks; 12 by default. */
  readonly depth?: number;
  /** The number of attention heads; 12 by default. */
  readonly heads?: number;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  readonly mlpRatio?: number;
  /** What learned scales of the residual branches start with; 1e-5 by default. */
  readonly layerScale?: number;
  /** What the norms add to the variance; 1e-6 by default. */
  readonly eps?: number;
}

/** The most patches: a row of a table is known for every two of them. */
const MOST_PATCHES = 4096;

/** Options that are checked, with what stands for those that are absent. */
export interface CheckedBeitOptions
  extends CheckedOptions, Required<Omit<BeitOptions, keyof BuildOptions | "mlpRatio">> {
  /** The width of the MLPs' hidden layers. */
  readonly hidden: number;
  /** Rows and columns of patches. */
  readonly side: number;
}

/**
 * Checks the options of BEiT.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkBeitOptions(options: BeitOptions): CheckedBeitOptions {
  const build = checkBuildOptions("Beit", options);
  const { numClasses, inChannels } = build;
  const { imageSize = 224, patchSize = 16, dim = 768, depth = 12, heads = 12 } = options;
  const { mlpRatio = 4, layerScale = 1e-5, eps = 1e-6 } = options;
  checkCounts("Beit", { dim, depth, heads });
  checkFactors("Beit", { mlpRatio });
  checkSmall("Beit", { layerScale, eps });
  checkHeads("Beit", dim, heads);
  const patches = countPatches("Beit", imageSize, patchSize);
  const side = imageSize / patchSize;
  const hidden = Math.trunc(dim * mlpRatio);
  checkCounts("Beit", { "dim times mlpRatio": Math.min(hidden, 1) });
  if (patches > MOST_PATCHES) {
    throw new ArgumentError(
      `Beit: imageSize ${imageSize} and patchSize ${patchSize} make ${patches} patches; there can be at most ` +
        `${MOST_PATCHES}.`,
    );
  }
  checkParameterCount(
    "Beit",
    transformerParameters(depth, dim, hidden) + depth * heads * (2 * side - 1) ** 2 +
      dim * (inChannels * patchSize ** 2 + numClasses),
    { imageSize, patchSize, inChannels, dim, depth, heads, mlpRatio, numClasses },
  );
  return { ...build, patchSize, side, dim, depth, heads, hidden, layerScale, eps };
}
