/**
 * The sizes that adaptive pooling gives.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkSize } from "../options.ts";
import type { OutputSize } from "./output_size.ts";

/**
 * One size, or one for each of two sides, as a list.
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0, or null.
 */
export function outputSizes(layer: string, outputSize: OutputSize): (number | null)[] {
  const list: (number | null)[] = typeof outputSize === "object" && outputSize !== null
    ? [...outputSize]
    : [outputSize, outputSize];
  if (list.length !== 2) {
    throw new ArgumentError(
      `${layer}: outputSize must be one number or 2 of them, got [${list.join(", ")}].`,
    );
  }
  for (const size of list) if (size !== null) checkSize(layer, "outputSize", size, 0);
  return list;
}

/** The sizes, with the sides of `input` in place of null. */
export function ownWhereNull(wanted: readonly (number | null)[], input: Tensor): number[] {
  const own = input.shape.slice(-2);
  return wanted.map((size, i) => size ?? own[i]);
}
