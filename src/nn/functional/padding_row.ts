/**
 * The row of an embedding that stands for padding.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * A padding index as a row from 0 on, or undefined where there is none.
 *
 * @throws {ArgumentError} if there is no such row.
 */
export function paddingRow(
  layer: string,
  paddingIdx: number | null | undefined,
  rows: number,
): number | undefined {
  if (paddingIdx === undefined || paddingIdx === null) return undefined;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows) {
    throw new ArgumentError(
      `${layer}: paddingIdx must be a whole number from ${-rows} to ${
        rows - 1
      }, got ${paddingIdx}.`,
    );
  }
  return paddingIdx < 0 ? rows + paddingIdx : paddingIdx;
}
