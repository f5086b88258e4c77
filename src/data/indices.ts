/**
 * Labels and indices as they are given, checked.
 *
 * @module
 */

import { ArgumentError, IndexError, ShapeError } from "../base/errors.ts";
import { Tensor } from "../torch/tensor.ts";
import type { WholeNumbers } from "./whole_numbers.ts";

/** Numbers in ordinary memory; a tensor's values are copied there. */
export function plainNumbers(
  values: WholeNumbers,
  what: string,
): ArrayLike<number> | BigInt64Array {
  if (!(values instanceof Tensor)) return values;
  const shape = values.shape;
  if (shape.length !== 1) {
    throw new ShapeError(
      `${what} are a tensor of shape [${shape.join(", ")}]; give one dimension.`,
    );
  }
  return values.data() as ArrayLike<number> | BigInt64Array;
}

/**
 * Numbers that must be whole and from 0 to `limit - 1`, as int64.
 *
 * @param describe The message's beginning for the value in a row.
 */
export function toInt64(
  values: ArrayLike<number> | BigInt64Array,
  limit: number,
  describe: (value: number, row: number) => string,
): BigInt64Array<ArrayBuffer> {
  const count = values.length;
  // Written as pairs of 32 bits, lower first, which needs no BigInt for each value.
  const pairs = new Int32Array(2 * count);
  for (let row = 0; row < count; row++) {
    const value = Number(values[row]);
    if (!(value >= 0 && value < limit && Math.floor(value) === value)) {
      if (!Number.isInteger(value)) {
        throw new ArgumentError(`${describe(value, row)} is not a whole number.`);
      }
      throw new IndexError(
        limit === 0
          ? `${describe(value, row)} is out of range: there is nothing to choose from.`
          : `${describe(value, row)} is out of range: it must be from 0 to ${limit - 1}.`,
      );
    }
    pairs[2 * row] = value;
  }
  return new BigInt64Array(pairs.buffer);
}

/** Indices of a dataset's images as an int64 array, checked. */
export function toIndices(
  values: WholeNumbers,
  length: number,
  name: string,
): BigInt64Array<ArrayBuffer> {
  return toInt64(
    plainNumbers(values, `${name}: indices`),
    length,
    (value, row) => `${name}: index ${value} at place ${row}, for ${length} images,`,
  );
}

/** The classes of a data set's images as an int64 array, checked. */
export function toLabels(
  values: WholeNumbers,
  classes: number,
  name: string,
): BigInt64Array<ArrayBuffer> {
  return toInt64(
    plainNumbers(values, `${name}: labels`),
    classes,
    (label, row) => `${name}: label ${label} of image ${row}, an index of ${classes} classes,`,
  );
}
