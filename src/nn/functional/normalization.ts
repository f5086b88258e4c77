/**
 * Normalization as functions of the input and its weights.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkNumber, checkSize } from "../options.ts";
import { checkBatch } from "./check_batch.ts";

/** Options of {@linkcode layerNorm}. */
export interface AffineOptions {
  /** Scales the result. */
  weight?: Tensor | null;
  /** Is added to the result. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

/**
 * Normalizes over the last dimensions, `normalizedShape` (Ba et al. 2016).
 *
 * @throws {ArgumentError} if `eps` is not a finite number of at least 0.
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  options: AffineOptions = {},
): Tensor {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const eps = options.eps ?? 1e-5;
  checkNumber("layerNorm", "eps", eps, 0);
  return torch.layerNorm(input, shape, options.weight, options.bias, eps);
}

/**
 * Normalizes over groups of channels (Wu and He 2018). Shapes: input (B, C, *).
 *
 * @throws {ArgumentError} if `numGroups` or `eps` cannot be used.
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  const eps = options.eps ?? 1e-5;
  checkSize("groupNorm", "numGroups", numGroups);
  checkNumber("groupNorm", "eps", eps, 0);
  return torch.groupNorm(input, numGroups, options.weight, options.bias, eps);
}

/** Options of {@linkcode batchNorm}. */
export interface BatchNormFunctionOptions extends AffineOptions {
  /** Whether the batch's own statistics are used (and the running ones updated); false by default. */
  training?: boolean;
  /** How far the running statistics move towards the batch's; 0.1 by default. */
  momentum?: number;
}

/**
 * Normalizes every channel over the batch (Ioffe and Szegedy 2015). Shapes: input (B, C, *), all others
 * (C).
 *
 * @throws {ShapeError} if it is training and a channel has just one value.
 * @throws {ArgumentError} if `eps` or `momentum` cannot be used.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  const training = options.training ?? false;
  const eps = options.eps ?? 1e-5;
  const momentum = options.momentum ?? 0.1;
  checkNumber("batchNorm", "eps", eps, 0);
  checkNumber("batchNorm", "momentum", momentum);
  if (training) checkBatch("batchNorm", input.shape);
  return torch.batchNorm(
    input,
    options.weight ?? null,
    options.bias ?? null,
    runningMean,
    runningVar,
    training,
    momentum,
    eps,
    true,
  );
}
