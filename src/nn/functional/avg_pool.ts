/**
 * Average pooling as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkSize } from "../options.ts";
import type { PoolOptions } from "./pool_options.ts";

/** Options of {@linkcode avgPool1d}. */
export interface AvgPool1dFunctionOptions extends PoolOptions {
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
}

/** Options of {@linkcode avgPool2d} and {@linkcode avgPool3d}. */
export interface AvgPoolOptions extends AvgPool1dFunctionOptions {
  /** What the sum of a window is divided by; the number of its elements by default. */
  divisorOverride?: number | null;
}

/** The mean of every window of sequences. Shapes: (B, C, L) to (B, C, L'). */
export function avgPool1d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPool1dFunctionOptions = {},
): Tensor {
  return torch.avgPool1d(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.ceilMode ?? false,
    options.countIncludePad ?? true,
  );
}

/** Calls an average pool of libtorch's for images or volumes. */
function averaged(
  pool: typeof torch.avgPool2d,
  name: string,
  input: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions,
): Tensor {
  const divisor = options.divisorOverride ?? null;
  if (divisor !== null) checkSize(name, "divisorOverride", divisor);
  return pool(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.ceilMode ?? false,
    options.countIncludePad ?? true,
    divisor,
  );
}

/**
 * The mean of every window of images. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * @throws {ArgumentError} if `divisorOverride` is not a whole number of at least 1.
 */
export function avgPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  return averaged(torch.avgPool2d, "avgPool2d", input, kernelSize, options);
}

/**
 * The mean of every window of volumes. Shapes: (B, C, D, H, W) to (B, C, D', H', W').
 *
 * @throws {ArgumentError} if `divisorOverride` is not a whole number of at least 1.
 */
export function avgPool3d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  return averaged(torch.avgPool3d, "avgPool3d", input, kernelSize, options);
}
