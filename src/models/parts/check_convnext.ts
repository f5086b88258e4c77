/**
 * Checks of a ConvNeXt's options.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkWord } from "../../nn/options.ts";
import type { ConvNeXtOptions } from "../convnext_options.ts";
import { checkBuildOptions, type CheckedOptions } from "./build_options.ts";
import {
  checkBlocks,
  checkCounts,
  checkList,
  checkParameterCount,
  checkSmall,
} from "./size_checks.ts";

/**
 * Checks the options of a ConvNeXt, before memory is spent on it.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkConvNeXt(options: ConvNeXtOptions): CheckedOptions {
  const { depths, dims, patchSize = 4, stem = "patch", norm = "layer", headHidden } = options;
  const checked = checkBuildOptions("ConvNeXt", options);
  checkList("ConvNeXt", "depths", depths);
  checkList("ConvNeXt", "dims", dims, depths.length);
  checkCounts("ConvNeXt", { patchSize });
  if (headHidden !== undefined) checkCounts("ConvNeXt", { headHidden });
  checkWord("ConvNeXt", "stem", stem, ["patch", "overlap", "overlapTiered", "overlapAct"]);
  checkWord("ConvNeXt", "norm", norm, ["layer", "rms", "simple"]);
  checkSmall("ConvNeXt", { eps: options.eps ?? 1e-6, layerScale: options.layerScale ?? 0 });
  checkBlocks("ConvNeXt", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  if (stem !== "patch" && patchSize !== 4) {
    throw new ArgumentError(
      `ConvNeXt: patchSize ${patchSize} is of a stem of patches, not "${stem}".`,
    );
  }
  const blocks = dims.reduce(
    (sum, dim, i) => sum + depths[i] * (8 * dim + 49) * dim + 4 * dim * (dims[i - 1] ?? 0),
    0,
  );
  const last = dims.at(-1)!;
  checkParameterCount(
    "ConvNeXt",
    blocks + dims[0] * checked.inChannels * patchSize ** 2 + last * (headHidden ?? 0) +
      (headHidden ?? last) * checked.numClasses,
    { depths, dims, patchSize, headHidden, ...checked },
  );
  return checked;
}
