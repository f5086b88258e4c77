/**
 * Max pooling as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { maxPool1dWithIndices, maxPool3dWithIndices, type MaxPooling } from "./max_pool_indices.ts";
import type { PoolOptions } from "./pool_options.ts";

/** Options of {@linkcode maxPool1d}, {@linkcode maxPool2d} and {@linkcode maxPool3d}. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between a window's elements; 1 by default. */
  dilation?: number | readonly number[];
  /** Whether the places of the largest values are returned, too; false by default. */
  returnIndices?: boolean;
}

/** Calls a max pool of libtorch's, whatever the number of dimensions, with places or without. */
function pooled<R>(
  pool: MaxPooling<R>,
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions,
): R {
  return pool(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.ceilMode ?? false,
  );
}

/**
 * The largest value of every window of sequences. Shapes: (B, C, L) to (B, C, L'). With `returnIndices` it returns the values and
 * where they are: int64 places in the elements of a channel.
 */
export function maxPool1d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest value of every window. */
export function maxPool1d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions & { returnIndices?: false },
): Tensor;
export function maxPool1d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  return options.returnIndices
    ? pooled(maxPool1dWithIndices, input, kernelSize, options)
    : pooled(torch.maxPool1d, input, kernelSize, options);
}

/**
 * The largest value of every window. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * With `returnIndices` it returns the values and where they are: int64 places in the rows of pixels of a channel,
 * which {@linkcode maxUnpool2d} takes.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const images = torch.randn([2, 3, 8, 8]);
 * const [values, indices] = nn.functional.maxPool2d(images, 2, { returnIndices: true });
 * nn.functional.maxUnpool2d(values, indices, 2).shape; // [2, 3, 8, 8]
 * ```
 */
export function maxPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest value of every window. */
export function maxPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions & { returnIndices?: false },
): Tensor;
export function maxPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  return options.returnIndices
    ? pooled(torch.maxPool2dWithIndices, input, kernelSize, options)
    : pooled(torch.maxPool2d, input, kernelSize, options);
}

/**
 * The largest value of every window of volumes. Shapes: (B, C, D, H, W) to (B, C, D', H', W'). With `returnIndices` it returns the values and
 * where they are: int64 places in the elements of a channel.
 */
export function maxPool3d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest value of every window. */
export function maxPool3d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions & { returnIndices?: false },
): Tensor;
export function maxPool3d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  return options.returnIndices
    ? pooled(maxPool3dWithIndices, input, kernelSize, options)
    : pooled(torch.maxPool3d, input, kernelSize, options);
}
