/**
 * Losses that compare tensors with tensors.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkTarget, type Reduction, reductionCode, sameShape, shapeText } from "./shapes.ts";

/** What every loss can be told. */
export interface LossOptions {
  /** How the losses of the elements are put together; the mean by default. */
  reduction?: Reduction;
}

/**
 * The mean squared error.
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkTarget("mseLoss", input, target, options.reduction);
  return torch.mseLoss(input, target, reductionCode(options.reduction));
}

/**
 * The mean absolute error.
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkTarget("l1Loss", input, target, options.reduction);
  return torch.l1Loss(input, target, reductionCode(options.reduction));
}

/** Options of {@linkcode smoothL1Loss}. */
export interface SmoothL1Options extends LossOptions {
  /** The error below which the loss is quadratic; 1 by default. */
  beta?: number;
}

/**
 * Squared error up to `beta`, absolute error beyond: 0.5 d² / beta where |d| < beta, else |d| - 0.5 beta
 * (Girshick 2015, equation 3).
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const beta = options.beta ?? 1;
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta must be at least 0, got ${beta}.`);
  checkTarget("smoothL1Loss", input, target, options.reduction);
  return torch.smoothL1Loss(input, target, reductionCode(options.reduction), beta);
}

/** Options of {@linkcode klDiv}. */
export interface KlDivOptions {
  /**
   * How the elements are put together: `"mean"` over all elements by default, as in PyTorch;
   * `"batchmean"`, the sum divided by the batch size, is the divergence of mathematics.
   */
  reduction?: Reduction | "batchmean";
  /** Whether the target is in logarithms too; false by default. */
  logTarget?: boolean;
}

/**
 * The Kullback-Leibler divergence KL(target || input) from log probabilities `input`: the elements are
 * target * (log target - input).
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const batch = options.reduction === "batchmean";
  const reduction = batch ? "sum" : options.reduction as Reduction | undefined;
  checkTarget("klDiv", input, target, batch ? "mean" : reduction);
  const logTarget = options.logTarget ?? false;
  const loss = torch.klDiv(input, target, reductionCode(reduction), { logTarget });
  if (!batch) return loss;
  using total = loss;
  return total.div(input.shape[0] ?? 1);
}

/** Options of {@linkcode cosineEmbeddingLoss}. */
export interface CosineEmbeddingOptions extends LossOptions {
  /** How far apart dissimilar vectors should be, -1 to 1; 0 by default. */
  margin?: number;
}

/**
 * 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1.
 *
 * Shapes: `a` and `b` (B, D), the target (B).
 *
 * @throws {ShapeError} if the shapes do not fit or there are no elements.
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  options: CosineEmbeddingOptions = {},
): Tensor {
  checkTarget("cosineEmbeddingLoss", a, b, options.reduction);
  const shape = a.shape;
  const want = shape.slice(0, -1);
  if (shape.length < 1 || shape.length > 2 || !sameShape(target.shape, want)) {
    throw new ShapeError(
      `cosineEmbeddingLoss: vectors (B, D) need a target (B), got ${shapeText(shape)} and ` +
        `${shapeText(target.shape)}.`,
    );
  }
  const reduction = reductionCode(options.reduction);
  return torch.cosineEmbeddingLoss(a, b, target, options.margin ?? 0, reduction);
}
