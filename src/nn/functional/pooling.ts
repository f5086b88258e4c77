/**
 * Pooling as functions.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkSize, sizes } from "../options.ts";
import type { OutputSize } from "./output_size.ts";
import { outputSizes, ownWhereNull } from "./output_sizes.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode maxPool2d} and {@linkcode avgPool2d}. */
export interface PoolOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | readonly number[] | null;
  /** What is added on all sides; 0 by default. */
  padding?: number | readonly number[];
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** Options of {@linkcode maxPool2d}. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between a window's pixels; 1 by default. */
  dilation?: number | readonly number[];
  /** Whether the places of the largest values are returned, too; false by default. */
  returnIndices?: boolean;
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
  const pool = options.returnIndices ? torch.maxPool2dWithIndices : torch.maxPool2d;
  return pool(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.ceilMode ?? false,
  );
}

/** Options of {@linkcode maxUnpool2d}. */
export interface MaxUnpoolOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | readonly number[] | null;
  /** What was added on all sides before; 0 by default. */
  padding?: number | readonly number[];
  /** The height and width wanted, where pooling makes several sizes the same; the least by default. */
  outputSize?: readonly number[];
}

/**
 * The opposite of {@linkcode maxPool2d}: every value at its place, 0 elsewhere. Shapes: values and indices
 * (B, C, H', W') to (B, C, H, W).
 *
 * @throws {ArgumentError} if `outputSize` is not a size that pooling makes (H', W') of.
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: number | readonly number[],
  options: MaxUnpoolOptions = {},
): Tensor {
  const kernel = sizes("maxUnpool2d", "kernelSize", kernelSize, 2);
  const stride = sizes("maxUnpool2d", "stride", options.stride ?? kernel, 2);
  const padding = sizes("maxUnpool2d", "padding", options.padding ?? 0, 2, 0);
  const shape = input.shape.slice(-2);
  const least = shape.map((size, i) => (size - 1) * stride[i] + kernel[i] - 2 * padding[i]);
  const wanted = options.outputSize?.slice(-2) ?? least;
  const fits = wanted.length === 2 &&
    wanted.every((size, i) =>
      Number.isSafeInteger(size) && size >= 0 && Math.abs(size - least[i]) < stride[i] ||
      size === least[i] && size >= 0
    );
  if (!fits) {
    throw new ArgumentError(
      `maxUnpool2d: outputSize ${shapeText(wanted)} is not a size that is pooled to ${
        shapeText(shape)
      }; those are within ${shapeText(stride)} of ${shapeText(least)}.`,
    );
  }
  return torch.maxUnpool2d(input, indices, wanted);
}

/** Options of {@linkcode avgPool2d}. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
  /** What the sum of a window is divided by; the number of its pixels by default. */
  divisorOverride?: number | null;
}

/**
 * The mean of every window. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * @throws {ArgumentError} if `divisorOverride` is not a whole number of at least 1.
 */
export function avgPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  const divisor = options.divisorOverride ?? null;
  if (divisor !== null) checkSize("avgPool2d", "divisorOverride", divisor);
  return torch.avgPool2d(
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
 * Means over as many windows as needed for an output of `outputSize`, a side of which is the input's own where it
 * is null. Shapes: (B, C, H, W) to (B, C, …outputSize).
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: OutputSize): Tensor {
  const wanted = outputSizes("adaptiveAvgPool2d", outputSize);
  return torch.adaptiveAvgPool2d(input, ownWhereNull(wanted, input));
}
