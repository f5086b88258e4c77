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
 * One size, or one for each side, as a list.
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0, or null.
 */
export function outputSizes(
  layer: string,
  outputSize: OutputSize,
  sides: number,
): (number | null)[] {
  const list: (number | null)[] = typeof outputSize === "object" && outputSize !== null
    ? [...outputSize]
    : new Array<number | null>(sides).fill(outputSize);
  if (list.length !== sides) {
    throw new ArgumentError(
      `${layer}: outputSize must be one number or ${sides} of them, got [${list.join(", ")}].`,
    );
  }
  for (const size of list) if (size !== null) checkSize(layer, "outputSize", size, 0);
  return list;
}

/** The sizes, with the sides of `input` in place of null. */
export function ownWhereNull(wanted: readonly (number | null)[], input: Tensor): number[] {
  const own = input.shape.slice(-wanted.length);
  return wanted.map((size, i) => size ?? own[i]);
}
