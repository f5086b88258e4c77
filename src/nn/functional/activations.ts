/**
 * Activations as functions.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { DType, Tensor } from "../../torch/mod.ts";
import { checkNumber } from "../options.ts";
import { checkApproximation } from "./check_approximation.ts";
import { checkCeluAlpha } from "./check_celu_alpha.ts";
import { checkRange } from "./check_range.ts";
import type { GeluApproximation } from "./gelu_approximation.ts";
import type { InplaceOptions } from "./inplace_options.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode softmax} and {@linkcode logSoftmax}. */
export interface SoftmaxOptions {
  /** The dtype that the input is converted to first; its own by default. */
  dtype?: DType;
}

/** max(x, 0). */
export function relu(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.relu_() : input.relu();
}

/** min(max(x, 0), 6) (Howard et al. 2017). */
export function relu6(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.relu6_() : input.relu6();
}

/**
 * x where positive, `weight` times x elsewhere: one learned slope, or one for each channel (He et al. 2015). Shapes:
 * input (B, C, *), weight (1) or (C).
 *
 * @throws {ShapeError} if there are several slopes, and another number of channels.
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  const slopes = weight.numel;
  if (slopes > 1) {
    const shape = input.shape;
    if (shape[1] !== slopes) {
      throw new ShapeError(
        `prelu: ${slopes} slopes need an input (B, C, *) with ${slopes} channels, got ${
          shapeText(shape)
        }.`,
      );
    }
  }
  return input.prelu(weight);
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

/** x tanh(log(1 + eˣ)) (Misra 2019). */
export function mish(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.mish_() : input.mish();
}

/**
 * min(max(x, minVal), maxVal).
 *
 * @throws {ArgumentError} if `minVal` is above `maxVal`.
 */
export function hardtanh(
  input: Tensor,
  minVal = -1,
  maxVal = 1,
  options?: InplaceOptions,
): Tensor {
  checkRange("hardtanh", minVal, maxVal);
  return options?.inplace ? input.hardtanh_(minVal, maxVal) : input.hardtanh(minVal, maxVal);
}

/** min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export function hardsigmoid(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.hardsigmoid_() : input.hardsigmoid();
}

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export function hardswish(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.hardswish_() : input.hardswish();
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(input: Tensor): Tensor {
  return input.sigmoid();
}

/** The logarithm of {@linkcode sigmoid}, computed without overflow. */
export function logSigmoid(input: Tensor): Tensor {
  return input.logSigmoid();
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

/**
 * x where positive, alpha (eˣ - 1) elsewhere (Clevert et al. 2015).
 *
 * @throws {ArgumentError} if `alpha` is not a finite number.
 */
export function elu(input: Tensor, alpha = 1, options?: InplaceOptions): Tensor {
  checkNumber("elu", "alpha", alpha);
  return options?.inplace ? input.elu_(alpha) : input.elu(alpha);
}

/**
 * max(x, 0) + min(alpha (exp(x / alpha) - 1), 0) (Barron 2017).
 *
 * @throws {ArgumentError} if `alpha` is not a finite number, or is 0.
 */
export function celu(input: Tensor, alpha = 1, options?: InplaceOptions): Tensor {
  checkCeluAlpha("celu", alpha);
  return options?.inplace ? input.celu_(alpha) : input.celu(alpha);
}

/** An {@linkcode elu} with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export function selu(input: Tensor, options?: InplaceOptions): Tensor {
  return options?.inplace ? input.selu_() : input.selu();
}

/**
 * The first half of a dimension times the sigmoid of its second half (Dauphin et al. 2016). Shapes: (*, 2 N, *) to
 * (*, N, *).
 *
 * @throws {ShapeError} if the dimension's size is odd.
 */
export function glu(input: Tensor, dim = -1): Tensor {
  return input.glu(dim);
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
