/**
 * Checks of the options of CoAtNet and MaxViT.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { MaxVitOptions } from "../maxvit_options.ts";
import { MAXVIT_HEAD } from "./relative_attention.ts";
import { checkWindow } from "./relative_positions.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./size_checks.ts";
import { checkWords } from "./word_checks.ts";

/** The pixels between neighbours of the last of four stages. */
export const COARSEST = 32;

/**
 * Checks the options.
 *
 * @throws {ArgumentError} if one cannot be used.
 */
export function checkMaxVit(options: MaxVitOptions, imageSize: number, inChannels: number): void {
  const { dims, depths, blocks, stem, headHidden, numClasses } = options;
  checkList("MaxVit", "dims", dims);
  checkList("MaxVit", "depths", depths, dims.length);
  checkList("MaxVit", "stem", stem, 2);
  checkBlocks("MaxVit", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  if (headHidden !== undefined) checkCounts("MaxVit", { headHidden });
  checkCounts("MaxVit", { imageSize, "hidden width of the last stage": 4 * dims.at(-1)! });
  checkWords("MaxVit", "blocks", blocks, {
    length: dims.length,
    known: /^[CTMP]{1,1000}$/,
    wanted: "letters C, T, M, P",
  });
  dims.forEach((dim, i) => {
    // A first block with attention of the whole map may have the width of what comes in.
    const narrow = blocks[i].startsWith("T") && options.attention?.expandsFirst === false;
    const width = narrow ? dims[i - 1] ?? stem[1] : dim;
    if (/^C+$/.test(blocks[i]) || (width % MAXVIT_HEAD === 0 && dim % MAXVIT_HEAD === 0)) return;
    throw new ArgumentError(
      `MaxVit: the widths of stage ${i} are ${width} and ${dim}; attention needs multiples of its heads' ` +
        `${MAXVIT_HEAD} channels.`,
    );
  });
  const multiple = Math.max(COARSEST, 4 * 2 ** (dims.length - 1));
  if (imageSize % multiple !== 0) {
    throw new ArgumentError(
      `MaxVit: imageSize must be a multiple of ${multiple}, got ${imageSize}.`,
    );
  }
  blocks.forEach((letters, i) => {
    if (letters.includes("T")) checkWindow("MaxVit", imageSize / (4 * 2 ** i));
    else if (!/^C+$/.test(letters)) checkWindow("MaxVit", imageSize / COARSEST);
  });
  checkParameterCount(
    "MaxVit",
    dims.reduce((sum, dim, i) => {
      const each = blocks[i].includes("M") ? 36 : 16;
      return sum + depths[i] * (each * dim * dim + (imageSize / 8) ** 2 * dim / MAXVIT_HEAD);
    }, 9 * stem[0] * (inChannels + stem[1])) +
      dims.at(-1)! * (headHidden ?? 0) + (headHidden ?? dims.at(-1)!) * numClasses,
    { dims, depths, stem, imageSize, headHidden, inChannels, numClasses },
  );
}
