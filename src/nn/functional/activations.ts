/**
 * Activations as functions.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { DType, Tensor } from "../../torch/mod.ts";
import { checkNumber } from "../options.ts";
import { checkApproximation } from "./check_approximation.ts";
import type { GeluApproximation } from "./gelu_approximation.ts";

/** Options of activations that can write over their input. */
export interface InplaceOptions {
  /** Whether the result is written over the input, which is then returned; false by default. */
  inplace?: boolean;
}

/** Options of {@linkcode softmax} and {@linkcode logSoftmax}. */
export interface SoftmaxOptions {
  /** The dtype that the input is converted to first; its own by default. */
  dtype?: DType;
}

/** max(x, 0). */
export function relu(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.relu_() : input.relu();
}

/** x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(input: Tensor, options?: { approximate?: GeluApproximation }): Tensor {
  if (options?.approximate !== undefined) checkApproximation(options.approximate);
  return input.gelu(options);
}

/** x sigmoid(x). */
export function silu(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.silu_() : input.silu();
}

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export function hardswish(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.hardswish_() : input.hardswish();
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(input: Tensor): Tensor {
  return input.sigmoid();
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return input.tanh();
}

/**
 * x where positive, `negativeSlope` times x elsewhere.
 *
 * @throws {ArgumentError} if the slope is not a finite number.
 */
export function leakyRelu(input: Tensor, negativeSlope = 0.01, options?: InplaceOptions): Tensor {
  checkNumber("leakyRelu", "negativeSlope", negativeSlope);
  return options?.inplace ? input.leakyRelu_(negativeSlope) : input.leakyRelu(negativeSlope);
}

/** e^x along `dim`, divided by its sum. */
export function softmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  return input.softmax(dim, options?.dtype);
}

/** The logarithm of {@linkcode softmax}, computed without overflow. */
export function logSoftmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  return input.logSoftmax(dim, options?.dtype);
}

/**
 * log(1 + e^(beta x)) / beta, linear where beta x is above `threshold`.
 *
 * @throws {ArgumentError} if `beta` or `threshold` is not a finite number.
 */
export function softplus(input: Tensor, beta = 1, threshold = 20): Tensor {
  checkNumber("softplus", "beta", beta);
  checkNumber("softplus", "threshold", threshold);
  return input.softplus(beta, threshold);
}

/**
 * Zeroes elements with probability `p` and scales the others by 1 / (1 - p); returns the input where
 * `training` is false.
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 */
export function dropout(
  input: Tensor,
  p = 0.5,
  training = true,
  options?: InplaceOptions,
): Tensor {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`dropout: p must be from 0 to 1, got ${p}.`);
  return options?.inplace ? torch.dropout_(input, p, training) : torch.dropout(input, p, training);
}
