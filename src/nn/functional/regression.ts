/**
 * Losses that compare tensors with tensors.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkNumber } from "../options.ts";
import { checkTarget, reductionCode, sameShape, shapeText } from "./shapes.ts";
import type { Reduction } from "./reduction.ts";

/** What every loss can be told. */
export interface LossOptions {
  /** How the losses of the elements are put together; the mean by default. */
  reduction?: Reduction;
}

/** Options of {@linkcode mseLoss} and {@linkcode l1Loss}. */
export interface WeightedLossOptions extends LossOptions {
  /** A weight for every element, of the input's shape. The mean is then the weighted one. */
  weight?: Tensor | null;
}

/**
 * The mean squared error.
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function mseLoss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkTarget("mseLoss", input, target, options.reduction);
  const code = reductionCode(options.reduction);
  if (!options.weight) return torch.mseLoss(input, target, code);
  using errors = torch.mseLoss(input, target, 0);
  return weighted("mseLoss", errors, options.weight, options.reduction);
}

/**
 * The mean absolute error.
 *
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function l1Loss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkTarget("l1Loss", input, target, options.reduction);
  const code = reductionCode(options.reduction);
  if (!options.weight) return torch.l1Loss(input, target, code);
  using errors = torch.l1Loss(input, target, 0);
  return weighted("l1Loss", errors, options.weight, options.reduction);
}

/** Puts weighted errors together: their sum, or that divided by the sum of the weights. */
function weighted(loss: string, errors: Tensor, weight: Tensor, reduction?: Reduction): Tensor {
  if (!sameShape(errors.shape, weight.shape)) {
    throw new ShapeError(
      `${loss}: the input is ${shapeText(errors.shape)} and the weight ${
        shapeText(weight.shape)
      }; they must be the same.`,
    );
  }
  const products = errors.mul(weight);
  if (reduction === "none") return products;
  using all = products;
  if (reduction === "sum") return all.sum();
  using total = all.sum();
  using weights = weight.sum();
  return total.div(weights);
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
 * @throws {ArgumentError} if `beta` is not a finite number of at least 0.
 * @throws {ShapeError} if the shapes differ (PyTorch would broadcast) or there are no elements.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const beta = options.beta ?? 1;
  checkNumber("smoothL1Loss", "beta", beta, 0);
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
  const { reduction, logTarget = false } = options;
  const batch = reduction === "batchmean";
  checkTarget("klDiv", input, target, batch ? "mean" : reduction);
  const code = batch ? reduction : reductionCode(reduction);
  return torch.klDiv(input, target, code, { logTarget });
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
  const margin = options.margin ?? 0;
  checkNumber("cosineEmbeddingLoss", "margin", margin);
  return torch.cosineEmbeddingLoss(a, b, target, margin, reduction);
}
