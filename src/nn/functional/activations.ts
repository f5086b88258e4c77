/**
 * Activations as functions.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** max(x, 0). */
export function relu(input: Tensor): Tensor {
  return input.relu();
}

/** How {@linkcode gelu} is computed: exactly, or by the tanh formula. */
export type GeluApproximation = "none" | "tanh";

/** Checks the name of an approximation. */
export function checkApproximation(approximate: GeluApproximation): void {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new ArgumentError(`gelu: approximate is "none" or "tanh", got "${approximate}".`);
  }
}

/** x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(input: Tensor, options?: { approximate?: GeluApproximation }): Tensor {
  if (options?.approximate !== undefined) checkApproximation(options.approximate);
  return input.gelu(options);
}

/** x sigmoid(x). */
export function silu(input: Tensor): Tensor {
  return input.silu();
}

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export function hardswish(input: Tensor): Tensor {
  return input.hardswish();
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(input: Tensor): Tensor {
  return input.sigmoid();
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return input.tanh();
}

/** x where positive, `negativeSlope` times x elsewhere. */
export function leakyRelu(input: Tensor, negativeSlope = 0.01): Tensor {
  return input.leakyRelu(negativeSlope);
}

/** e^x along `dim`, divided by its sum. */
export function softmax(input: Tensor, dim: number): Tensor {
  return input.softmax(dim);
}

/** The logarithm of {@linkcode softmax}, computed without overflow. */
export function logSoftmax(input: Tensor, dim: number): Tensor {
  return input.logSoftmax(dim);
}

/** log(1 + e^x), linear above `threshold`. */
export function softplus(input: Tensor, beta = 1, threshold = 20): Tensor {
  return input.softplus(beta, threshold);
}

/**
 * Zeroes elements with probability `p` and scales the others by 1 / (1 - p); returns the input where
 * `training` is false.
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 */
export function dropout(input: Tensor, p = 0.5, training = true): Tensor {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`dropout: p must be from 0 to 1, got ${p}.`);
  return torch.dropout(input, p, training);
}
