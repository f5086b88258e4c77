/**
 * Numbers for each direction of an image.
 *
 * @module
 */

/** A number for each of `count` directions, of one or of as many. */
export function each(values: readonly number[], count: number): number[] {
  return values.length === count ? [...values] : Array(count).fill(values[0]);
}

/** Before and after in each direction, as ONNX wants padding. */
export const both = (padding: readonly number[]): number[] => [...padding, ...padding];
