/**
 * Checks of networks put together of blocks.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { ByobOptions } from "./byob_options.ts";
import { innerWidth } from "./parts/byob_blocks.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
} from "./parts/size_checks.ts";

/**
 * Checks the sizes.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkByob(
  { stem, stages, headWidth, attends, imageSize = 224, ...others }: ByobOptions,
): void {
  checkList("ByobNet", "stem", stem);
  checkList("ByobNet", "widths", stages.map(({ width }) => width));
  checkList("ByobNet", "depths", stages.map(({ depth }) => depth));
  let before = stem.at(-1)!;
  for (const { width, ratio = 1, groupWidth = 1, kind = "bottle", depth } of stages) {
    checkCounts("ByobNet", { groupWidth });
    checkFactors("ByobNet", { ratio });
    for (const from of others.byInput && depth > 1 ? [before, width] : [before]) {
      const inner = innerWidth(from, width, { ...others, kind, ratio });
      if (inner % groupWidth === 0) continue;
      throw new ArgumentError(
        `ByobNet: ${inner} channels inside a block cannot be split into groups of groupWidth ${groupWidth}.`,
      );
    }
    before = width;
  }
  if (headWidth !== undefined) checkCounts("ByobNet", { headWidth });
  checkBlocks("ByobNet", "depths", stages.reduce((sum, { depth }) => sum + depth, 0));
  const last = headWidth ?? stages.at(-1)!.width;
  checkParameterCount(
    "ByobNet",
    stages.reduce((sum, { depth, width, ratio = 1, groupWidth }) => {
      const inner = width * ratio;
      return sum + depth * inner * (2 * width + 9 * (groupWidth ?? inner));
    }, last * (others.numClasses + (attends ? 3 * last : 0))),
    { widths: stages.map(({ width }) => width), numClasses: others.numClasses },
  );
  if (!attends) return;
  if (imageSize % 32 !== 0) {
    throw new ArgumentError(
      `ByobNet: imageSize must be a multiple of 32 pixels where the last map is pooled by attention, got ${imageSize}.`,
    );
  }
  if (last % 64 !== 0) {
    throw new ArgumentError(
      `ByobNet: attention has heads of 64 channels, and the last map ${last}; choose a multiple.`,
    );
  }
}
