/**
 * Checks of the options of networks without norms.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkWord } from "../../nn/options.ts";
import type { NfNetOptions } from "../nfnet_options.ts";
import { checkBuildOptions, type CheckedOptions } from "./build_options.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
} from "./size_checks.ts";

/**
 * Checks the options of a network without norms, before memory is spent on it.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkNfNet(options: NfNetOptions): CheckedOptions {
  const { depths, dims, ratio, widthFactor = 1, groupSize, lastDim, stemDim, attention } = options;
  const checked = checkBuildOptions("NfNet", options);
  checkList("NfNet", "depths", depths);
  checkList("NfNet", "dims", dims, depths.length);
  checkFactors("NfNet", { ratio, widthFactor });
  for (const [name, count] of Object.entries({ groupSize, lastDim, stemDim })) {
    if (count !== undefined) checkCounts("NfNet", { [name]: count });
  }
  checkWord("NfNet", "stem", options.stem, ["quad", "pooled", "plain"]);
  checkWord("NfNet", "activation", options.activation, ["relu", "silu", "gelu"]);
  if (attention !== undefined && attention !== "eca") checkFactors("NfNet", { attention });
  checkBlocks("NfNet", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  const least = Math.min(...dims) * widthFactor * ratio;
  if (groupSize !== undefined && groupSize > Math.max(8, least)) {
    throw new ArgumentError(
      `NfNet: groupSize ${groupSize} is more than the ${least} channels inside a block; choose less.`,
    );
  }
  const count = dims.reduce((sum, dim, i) => {
    const width = dim * widthFactor;
    const inner = width * ratio;
    const kernels = 9 * inner * (groupSize ?? inner) * (options.extraConv ? 2 : 1);
    return sum + depths[i] * (2 * width * inner + kernels);
  }, 0);
  const last = widthFactor * (lastDim ?? dims.at(-1)!);
  checkParameterCount("NfNet", count + last * (checked.numClasses + dims.at(-1)!), {
    depths,
    dims,
    ratio,
    widthFactor,
    lastDim,
    ...checked,
  });
  return checked;
}
