/**
 * Layers as functions of their input and weights.
 *
 * @module
 */

import { IndexError, ShapeError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { asClasses, checkIndicesOnDevice, findBadIndex } from "./classes.ts";
import { shapeText } from "./shapes.ts";

/** x Wᵀ + b. Shapes: input (*, in), weight (out, in), bias (out). */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return torch.linear(input, weight, bias);
}

/** Options of {@linkcode conv2d}. */
export interface ConvolutionOptions {
  /** The distance between outputs; 1 by default. */
  stride?: number | readonly number[];
  /** Zeros added on all sides; 0 by default. */
  padding?: number | readonly number[];
  /** The distance between kernel elements; 1 by default. */
  dilation?: number | readonly number[];
  /** Into how many groups channels are split; 1 by default. */
  groups?: number;
}

/** A convolution over images. Shapes: input (B, C, H, W), weight (out, C / groups, kH, kW), bias (out). */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return torch.conv2d(
    input,
    weight,
    bias,
    options.stride ?? 1,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.groups ?? 1,
  );
}

/** Options of {@linkcode layerNorm}. */
export interface AffineOptions {
  /** Scales the result. */
  weight?: Tensor | null;
  /** Is added to the result. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

/** Normalises over the last dimensions, `normalizedShape` (Ba et al. 2016). */
export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  options: AffineOptions = {},
): Tensor {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  return torch.layerNorm(input, shape, options.weight, options.bias, options.eps ?? 1e-5);
}

/** Normalises over groups of channels (Wu and He 2018). Shapes: input (B, C, *). */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  return torch.groupNorm(input, numGroups, options.weight, options.bias, options.eps ?? 1e-5);
}

/** Options of {@linkcode batchNorm}. */
export interface BatchNormFunctionOptions extends AffineOptions {
  /** Whether the batch's own statistics are used (and the running ones updated); false by default. */
  training?: boolean;
  /** How far the running statistics move towards the batch's; 0.1 by default. */
  momentum?: number;
}

/**
 * Checks that a batch has statistics: more than one value a channel.
 *
 * @throws {ShapeError} if not.
 */
export function checkBatch(name: string, shape: readonly number[]): void {
  let values = shape[0];
  for (let i = 2; i < shape.length; i++) values *= shape[i];
  if (values <= 1) {
    throw new ShapeError(
      `${name}: training needs more than one value a channel, got an input of shape ${
        shapeText(shape)
      }. ` +
        `Use a larger batch (drop the last one if it is short), or eval().`,
    );
  }
}

/**
 * Normalises every channel over the batch (Ioffe and Szegedy 2015). Shapes: input (B, C, *), all others
 * (C).
 *
 * @throws {ShapeError} if it is training and a channel has fewer than two values.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  const training = options.training ?? false;
  if (training) checkBatch("batchNorm", input.shape);
  return torch.batchNorm(
    input,
    options.weight ?? null,
    options.bias ?? null,
    runningMean,
    runningVar,
    training,
    options.momentum ?? 0.1,
    options.eps ?? 1e-5,
    true,
  );
}

/** Options of {@linkcode maxPool2d}. */
export interface PoolOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | readonly number[];
  /** What is added on all sides; 0 by default. */
  padding?: number | readonly number[];
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** The largest value of every window. Shapes: (B, C, H, W) to (B, C, H', W'). */
export function maxPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: PoolOptions & { dilation?: number | readonly number[] } = {},
): Tensor {
  return torch.maxPool2d(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.dilation ?? 1,
    options.ceilMode ?? false,
  );
}

/** The mean of every window. Shapes: (B, C, H, W) to (B, C, H', W'). */
export function avgPool2d(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: PoolOptions & { countIncludePad?: boolean } = {},
): Tensor {
  return torch.avgPool2d(
    input,
    kernelSize,
    options.stride ?? kernelSize,
    options.padding ?? 0,
    options.ceilMode ?? false,
    options.countIncludePad ?? true,
  );
}

/** Means over as many windows as needed for an output of `outputSize`. Shapes: (B, C, H, W) to (B, C, …outputSize). */
export function adaptiveAvgPool2d(input: Tensor, outputSize: number | readonly number[]): Tensor {
  return torch.adaptiveAvgPool2d(input, outputSize);
}

/** Options of {@linkcode embedding}. */
export interface EmbeddingOptions {
  /** The index whose row receives no gradient. */
  paddingIdx?: number;
  /** Whether indices on a GPU are checked before use, which waits for it; true by default. */
  checkIndices?: boolean;
}

/**
 * The rows of `weight` (N, D) at `indices` (*): (*, D).
 *
 * @throws {IndexError} if an index is out of range; names it and its place.
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  options: EmbeddingOptions = {},
): Tensor {
  const rows = asClasses(indices);
  try {
    if ((options.checkIndices ?? true) && rows.device !== "cpu") {
      checkIndicesOnDevice("The index", "embeddings", rows, weight.shape[0]);
    }
    return torch.embedding(weight, rows, options.paddingIdx ?? -1);
  } catch (error) {
    if (error instanceof IndexError && rows.device === "cpu") {
      findBadIndex("The index", "embeddings", rows, weight.shape[0]);
    }
    throw error;
  } finally {
    if (rows !== indices) rows.dispose();
  }
}
