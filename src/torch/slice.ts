/**
 * The parts of an index.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";

/** A range of one dimension: from `start` up to `end`, every `step`-th element. */
export class Slice {
  /** See {@linkcode slice}. */
  constructor(
    /** The first element; negative ones count from the end. */
    readonly start?: number | null,
    /** The element after the last. */
    readonly end?: number | null,
    /** The distance between elements, at least 1. */
    readonly step: number = 1,
  ) {}
}

/** One part of an index; see `Tensor.index`. */
export type Index = number | Slice | Tensor | readonly number[] | null | "...";

/** A range of a dimension, as `start:end:step` in PyTorch; all of it without arguments. */
export function slice(start?: number | null, end?: number | null, step = 1): Slice {
  return new Slice(start, end, step);
}
