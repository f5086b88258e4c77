/**
 * Pooling to a given size, as functions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { OutputSize } from "./output_size.ts";
import { outputSizes, ownWhereNull } from "./output_sizes.ts";

/** Options of {@linkcode adaptiveMaxPool1d}, {@linkcode adaptiveMaxPool2d} and {@linkcode adaptiveMaxPool3d}. */
export interface AdaptiveMaxPoolOptions {
  /** Whether the places of the largest values are returned, too; false by default. */
  returnIndices?: boolean;
}

/**
 * Means over as many windows of sequences as needed for an output of `outputSize`, a side of which is the input's own where
 * it is null. Shapes: (B, C, L) to (B, C, outputSize).
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: OutputSize): Tensor {
  const wanted = outputSizes("adaptiveAvgPool1d", outputSize, 1);
  return torch.adaptiveAvgPool1d(input, ownWhereNull(wanted, input));
}

/**
 * Means over as many windows of images as needed for an output of `outputSize`, a side of which is the input's own where
 * it is null. Shapes: (B, C, H, W) to (B, C, …outputSize).
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: OutputSize): Tensor {
  const wanted = outputSizes("adaptiveAvgPool2d", outputSize, 2);
  return torch.adaptiveAvgPool2d(input, ownWhereNull(wanted, input));
}

/**
 * Means over as many windows of volumes as needed for an output of `outputSize`, a side of which is the input's own where
 * it is null. Shapes: (B, C, D, H, W) to (B, C, …outputSize).
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveAvgPool3d(input: Tensor, outputSize: OutputSize): Tensor {
  const wanted = outputSizes("adaptiveAvgPool3d", outputSize, 3);
  return torch.adaptiveAvgPool3d(input, ownWhereNull(wanted, input));
}

/**
 * The largest values of as many windows of sequences as needed for an output of `outputSize`, a side of which is the input's
 * own where it is null. Shapes: (B, C, L) to (B, C, outputSize). With `returnIndices` it returns the values and where they are:
 * int64 places in the elements of a channel.
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: OutputSize,
  options: { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest values of as many windows as needed. */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: OutputSize,
  options?: { returnIndices?: false },
): Tensor;
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  const wanted = outputSizes("adaptiveMaxPool1d", outputSize, 1);
  const [values, indices] = torch.adaptiveMaxPool1d(input, ownWhereNull(wanted, input));
  if (options.returnIndices) return [values, indices];
  indices.dispose();
  return values;
}

/**
 * The largest values of as many windows of images as needed for an output of `outputSize`, a side of which is the input's
 * own where it is null. Shapes: (B, C, H, W) to (B, C, …outputSize). With `returnIndices` it returns the values and where they are:
 * int64 places in the elements of a channel.
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: OutputSize,
  options: { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest values of as many windows as needed. */
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: OutputSize,
  options?: { returnIndices?: false },
): Tensor;
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  const wanted = outputSizes("adaptiveMaxPool2d", outputSize, 2);
  const [values, indices] = torch.adaptiveMaxPool2d(input, ownWhereNull(wanted, input));
  if (options.returnIndices) return [values, indices];
  indices.dispose();
  return values;
}

/**
 * The largest values of as many windows of volumes as needed for an output of `outputSize`, a side of which is the input's
 * own where it is null. Shapes: (B, C, D, H, W) to (B, C, …outputSize). With `returnIndices` it returns the values and where they are:
 * int64 places in the elements of a channel.
 *
 * @throws {ArgumentError} if a size is not a whole number of at least 0.
 */
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: OutputSize,
  options: { returnIndices: true },
): [values: Tensor, indices: Tensor];
/** The largest values of as many windows as needed. */
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: OutputSize,
  options?: { returnIndices?: false },
): Tensor;
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | [Tensor, Tensor] {
  const wanted = outputSizes("adaptiveMaxPool3d", outputSize, 3);
  const [values, indices] = torch.adaptiveMaxPool3d(input, ownWhereNull(wanted, input));
  if (options.returnIndices) return [values, indices];
  indices.dispose();
  return values;
}
