/**
 * Checks of the options that every architecture has.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { BuildOptions } from "../entry.ts";
import { checkCounts } from "./size_checks.ts";

/** Options with what stands for those that are absent. */
export interface CheckedOptions {
  /** The number of classes; 0 for no head. */
  readonly numClasses: number;
  /** Channels of the images; 3 by default. */
  readonly inChannels: number;
  /** The probability of the dropout before the classifier. */
  readonly dropout: number;
  /** The largest probability of leaving out a residual branch. */
  readonly dropPath: number;
  /** Whether branches are folded. */
  readonly folded: boolean;
}

/**
 * Checks the options of the architecture `name`.
 *
 * @param published The dropout and drop path that it was published with, 0 by default; whether it has a folded form.
 * @throws {ArgumentError} naming the architecture and the option.
 */
export function checkBuildOptions(
  name: string,
  options: BuildOptions,
  published: { readonly dropout?: number; readonly dropPath?: number; readonly folds?: boolean } =
    {},
): CheckedOptions {
  const { numClasses, inChannels = 3, folded = false } = options;
  const { dropout = published.dropout ?? 0, dropPath = published.dropPath ?? 0 } = options;
  checkCounts(name, { numClasses }, 0);
  checkCounts(name, { inChannels });
  if (options.imageSize !== undefined) checkCounts(name, { imageSize: options.imageSize });
  for (const [option, value] of Object.entries({ dropout, dropPath })) {
    if (value >= 0 && value < 1) continue;
    throw new ArgumentError(`${name}: ${option} must be at least 0 and below 1, got ${value}.`);
  }
  if (typeof folded !== "boolean" || (folded && published.folds !== true)) {
    throw new ArgumentError(
      `${name}: folded must be ${
        published.folds ? "true or false" : "false, as it has no folded form"
      }, got ${folded}.`,
    );
  }
  return { numClasses, inChannels, dropout, dropPath, folded };
}
