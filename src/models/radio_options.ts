/**
 * What makes one RADIO another.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { checkCounts } from "./parts/size_checks.ts";
import { type CheckedVitOptions, checkVitOptions, type VitOptions } from "./vit_options.ts";

/** Options of {@linkcode Radio}. */
export interface RadioOptions extends
  Pick<
    VitOptions,
    | ("numClasses" | "inChannels" | "imageSize" | "dropout" | "dropPath" | "patchSize" | "dim")
    | ("depth" | "heads" | "mlpRatio" | "layerScale" | "eps")
  > {
  /** The teachers that it learned from, by NVIDIA's names, each with a class token of its own, in their order. */
  readonly teachers: readonly string[];
  /** How many of them are part of the summary; the first ones. All by default. */
  readonly summaries?: number;
  /** The number of register tokens after the class tokens; 4 by default. */
  readonly registers?: number;
  /** Rows and columns of the learned positions; 128 by default. */
  readonly gridSize?: number;
  /** Whether the outermost positions stay outermost where they are resized; false by default. */
  readonly alignCorners?: boolean;
}

/** Options that are checked, with what stands for those that are absent. */
export interface CheckedRadioOptions
  extends Required<Pick<RadioOptions, "teachers" | "registers" | "gridSize" | "alignCorners">> {
  /** How many class tokens are the summary. */
  readonly summaries: number;
  /** The options of the vision transformer. */
  readonly trunk: CheckedVitOptions;
}

/**
 * Checks the options of RADIO.
 *
 * @throws {ArgumentError} naming the option.
 */
export function checkRadioOptions(options: RadioOptions): CheckedRadioOptions {
  const { teachers, summaries = teachers?.length, registers = 4, gridSize = 128 } = options;
  const { imageSize: _, patchSize = 16, alignCorners = false } = options;
  checkTeachers(teachers, summaries!);
  checkCounts("Radio", { registers }, 0);
  checkCounts("Radio", { gridSize, patchSize });
  const trunk = checkVitOptions("Radio", {
    ...{ ...options, imageSize: gridSize * patchSize, classToken: true, finalNorm: false },
    registers: registers + teachers.length - 1,
  });
  return { teachers, summaries: summaries!, registers, gridSize, alignCorners, trunk };
}

function checkTeachers(teachers: unknown, summaries: number): void {
  const isList = Array.isArray(teachers) && teachers.length > 0 && teachers.length <= 64 &&
    teachers.every((one) => typeof one === "string");
  if (!isList) {
    throw new ArgumentError("Radio: teachers must be a list of the names of 1 to 64 teachers.");
  }
  if (Number.isSafeInteger(summaries) && summaries >= 1 && summaries <= teachers.length) return;
  throw new ArgumentError(
    `Radio: summaries must be a whole number from 1 to the number of teachers, ${teachers.length}, got ${summaries}.`,
  );
}
