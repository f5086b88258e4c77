/**
 * Checks of the options of Swin Transformers.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { SwinOptions } from "../swin_options.ts";
import type { CheckedOptions } from "./build_options.ts";
import { checkHeads } from "./self_attention.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  transformerParameters,
} from "./size_checks.ts";

type Shape = Required<Pick<SwinOptions, "dim" | "depths" | "heads" | "patchSize" | "mlpRatio">>;

/**
 * Checks the options, and returns the side of the windows of each stage.
 *
 * @throws {ArgumentError} if an option cannot be used.
 */
export function windowsOf(options: SwinOptions, checked: CheckedOptions, shape: Shape): number[] {
  const { dim, depths, heads, patchSize, mlpRatio } = shape;
  const { window = 7, version = 1, trainedWindows } = options;
  if (version !== 1 && version !== 2) {
    throw new ArgumentError(`Swin: version is 1 or 2, got ${String(version)}.`);
  }
  checkCounts("Swin", { dim, patchSize });
  checkFactors("Swin", { mlpRatio });
  checkList("Swin", "depths", depths);
  checkList("Swin", "heads", heads, depths.length);
  if (typeof window === "number") checkCounts("Swin", { window });
  else checkList("Swin", "window", window, depths.length);
  if (trainedWindows) checkList("Swin", "trainedWindows", trainedWindows, depths.length);
  checkBlocks("Swin", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  const dims = depths.map((_, i) => dim * 2 ** i);
  checkCounts("Swin", { "dim of the last of the depths": dims.at(-1)! });
  dims.forEach((width, i) => {
    checkHeads(`Swin's stage ${i}`, width, heads[i]);
    checkCounts("Swin", { "dim times mlpRatio": Math.trunc(width * mlpRatio) });
  });
  const windows = depths.map((_, i) => typeof window === "number" ? window : window[i]);
  const tables = windows.reduce((sum, w, i) => sum + depths[i] * heads[i] * (2 * w - 1) ** 2, 0);
  checkParameterCount(
    "Swin",
    dims.reduce(
      (sum, width, i) =>
        sum + transformerParameters(depths[i], width, width * mlpRatio) + 8 * width * width,
      dim * checked.inChannels * patchSize ** 2 + (version === 1 ? tables : 0),
    ) + dims.at(-1)! * checked.numClasses,
    { dim, depths, heads, window, patchSize, mlpRatio, ...checked },
  );
  return windows;
}
