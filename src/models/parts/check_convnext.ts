/**
 * Checks of a ConvNeXt's options.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { ConvNeXtOptions } from "../convnext_options.ts";
import { checkBuildOptions, type CheckedOptions } from "./build_options.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./size_checks.ts";

/**
 * Checks the options of a ConvNeXt, before memory is spent on it.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkConvNeXt(options: ConvNeXtOptions): CheckedOptions {
  const { depths, dims, patchSize = 4, stem = "patch", headHidden } = options;
  const checked = checkBuildOptions("ConvNeXt", options);
  checkList("ConvNeXt", "depths", depths);
  checkList("ConvNeXt", "dims", dims, depths.length);
  checkCounts("ConvNeXt", { patchSize });
  if (headHidden !== undefined) checkCounts("ConvNeXt", { headHidden });
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
