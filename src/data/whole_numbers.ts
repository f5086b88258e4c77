/**
 * Labels and indices, from whatever holds them, checked and as int64.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";

/** Whole numbers in any form: a list, a typed array, or a tensor of one dimension. */
export type WholeNumbers = Tensor | ArrayLike<number> | BigInt64Array;
