/**
 * Checks of the options that models are made with.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";

/**
 * Checks that every option is a whole number of at least 1.
 *
 * @throws {ArgumentError} naming the model and the option.
 */
export function checkCounts(model: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ArgumentError(
      `${model}: ${name} must be a whole number of at least 1, got ${value}.`,
    );
  }
}

/**
 * Checks that there is at least one width, and that each is a whole number of at least 1.
 *
 * @throws {ArgumentError} naming the model and the width.
 */
export function checkWidths(model: string, widths: readonly number[]): void {
  if (widths.length === 0) {
    throw new ArgumentError(`${model}: widths is empty; give the width of at least one layer.`);
  }
  checkCounts(model, Object.fromEntries(widths.map((width, i) => [`widths[${i}]`, width])));
}

/**
 * How many patches an image is cut into.
 *
 * @throws {ArgumentError} if they do not tile the image.
 */
export function countPatches(model: string, imageSize: number, patchSize: number): number {
  checkCounts(model, { imageSize, patchSize });
  if (imageSize % patchSize !== 0) {
    throw new ArgumentError(
      `${model}: patches of ${patchSize} pixels do not tile an image of ${imageSize}; choose a divisor.`,
    );
  }
  return (imageSize / patchSize) ** 2;
}
