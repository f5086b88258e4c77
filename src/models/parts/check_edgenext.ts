/**
 * Checks of an EdgeNeXt's options.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { EdgeNeXtOptions } from "../edgenext_options.ts";
import { checkBuildOptions, type CheckedOptions } from "./build_options.ts";
import { checkHeads } from "./self_attention.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./size_checks.ts";

/** Into how many parts the last block of each stage splits channels. */
export const EDGENEXT_SCALES: readonly number[] = [2, 2, 3, 4];

/**
 * Checks the options of an EdgeNeXt, before memory is spent on it.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkEdgeNeXt(options: EdgeNeXtOptions): CheckedOptions {
  const { depths, dims, heads, overlapping } = options;
  const checked = checkBuildOptions("EdgeNeXt", options);
  checkList("EdgeNeXt", "depths", depths, EDGENEXT_SCALES.length);
  checkList("EdgeNeXt", "dims", dims, EDGENEXT_SCALES.length);
  checkCounts("EdgeNeXt", { heads });
  checkBlocks("EdgeNeXt", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  dims.slice(1).forEach((dim, i) => {
    checkHeads("EdgeNeXt", dim, heads);
    if (overlapping && dim % dims[i] !== 0) {
      throw new ArgumentError(
        `EdgeNeXt: dims [${
          dims.join(", ")
        }] must be multiples of those before them, as blocks halve the map.`,
      );
    }
    const scales = EDGENEXT_SCALES[i + 1];
    // The parts are of equal size but for the last, which has what is left.
    if (dim > Math.ceil(dim / scales) * (scales - 1)) return;
    throw new ArgumentError(
      `EdgeNeXt: the ${dim} channels of stage ${
        i + 1
      } cannot be split into ${scales} parts; choose more.`,
    );
  });
  if (overlapping && depths.slice(1).some((depth) => depth < 2)) {
    throw new ArgumentError(
      `EdgeNeXt: depths [${depths.join(", ")}] leave no block to halve the map; give two or more.`,
    );
  }
  checkParameterCount(
    "EdgeNeXt",
    dims.reduce(
      (sum, dim, i) => sum + depths[i] * 12 * dim ** 2 + 4 * dim * (dims[i - 1] ?? 0),
      0,
    ) +
      dims[0] * 16 * checked.inChannels + dims[3] * checked.numClasses,
    { depths, dims, ...checked },
  );
  return checked;
}
