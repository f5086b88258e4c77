/**
 * Initial values of parameters, drawn as PyTorch draws them: one seed gives the same numbers. All
 * write in place, record no gradients and return the tensor.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** The functions that {@linkcode calculateGain} knows the gain of. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Whether the variance is kept in the forward (`fanIn`) or the backward pass (`fanOut`). */
export type FanMode = "fanIn" | "fanOut";

/** Options of {@linkcode kaimingUniform_} and {@linkcode kaimingNormal_}. */
export interface KaimingOptions {
  /** The negative slope of the leaky ReLU that follows; 0 by default. */
  a?: number;
  /** `"fanIn"` by default. */
  mode?: FanMode;
  /** `"leakyRelu"` by default. */
  nonlinearity?: Nonlinearity;
}

/** The factor by which a nonlinearity changes the scale of what goes through it. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leakyRelu":
      return Math.sqrt(2 / (1 + slope * slope));
    case "selu":
      return 3 / 4;
    default:
      throw new ArgumentError(
        `There is no nonlinearity "${nonlinearity}"; it is linear, sigmoid, tanh, relu, leakyRelu or selu.`,
      );
  }
}

/** How many inputs and outputs one unit of a weight has: (out, in, kernel...). */
export function calculateFans(weight: Tensor): { fanIn: number; fanOut: number } {
  const [out, into, ...kernel] = weight.shape;
  if (into === undefined) {
    throw new ShapeError(
      `Fan in and fan out need a weight of at least 2 dimensions, got [${
        weight.shape.join(", ")
      }].`,
    );
  }
  const area = kernel.reduce((a, b) => a * b, 1);
  return { fanIn: into * area, fanOut: out * area };
}

function kaimingStd(weight: Tensor, options: KaimingOptions): number {
  const { fanIn, fanOut } = calculateFans(weight);
  const fan = (options.mode ?? "fanIn") === "fanIn" ? fanIn : fanOut;
  // A weight without elements has nothing to draw.
  if (fan === 0) return 0;
  return calculateGain(options.nonlinearity ?? "leakyRelu", options.a ?? 0) / Math.sqrt(fan);
}

/** Draws from [`from`, `to`). */
export function uniform_(tensor: Tensor, from = 0, to = 1): Tensor {
  torch.noGrad(() => tensor.uniform_(from, to));
  return tensor;
}

/** Draws from a normal distribution. */
export function normal_(tensor: Tensor, mean = 0, std = 1): Tensor {
  torch.noGrad(() => tensor.normal_(mean, std));
  return tensor;
}

/** Sets every element to `value`. */
export function constant_(tensor: Tensor, value: number): Tensor {
  torch.noGrad(() => tensor.fill_(value));
  return tensor;
}

/** Sets every element to 0. */
export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/** Sets every element to 1. */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/**
 * He's initialisation, uniform: U(-b, b) with b = gain * sqrt(3 / fan) (He et al. 2015, "Delving deep
 * into rectifiers", equation 14).
 */
export function kaimingUniform_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(weight, options);
  return uniform_(weight, -bound, bound);
}

/** He's initialisation, normal: N(0, gain² / fan). */
export function kaimingNormal_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(weight, 0, kaimingStd(weight, options));
}

/**
 * Glorot's initialisation, uniform: U(-b, b) with b = gain * sqrt(6 / (fanIn + fanOut)) (Glorot and
 * Bengio 2010, equation 16).
 */
export function xavierUniform_(weight: Tensor, gain = 1): Tensor {
  const { fanIn, fanOut } = calculateFans(weight);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(weight, -bound, bound);
}

/** Glorot's initialisation, normal: N(0, gain² * 2 / (fanIn + fanOut)). */
export function xavierNormal_(weight: Tensor, gain = 1): Tensor {
  const { fanIn, fanOut } = calculateFans(weight);
  return normal_(weight, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/** The normal distribution function at `x`. */
function normalCdf(x: number): number {
  return torch.scope(() =>
    (1 + torch.tensor(x / Math.sqrt(2), { dtype: "float64" }).erf().item()) / 2
  );
}

/** Draws from a normal distribution cut off at `low` and `high`. */
export function truncNormal_(tensor: Tensor, mean = 0, std = 1, low = -2, high = 2): Tensor {
  if (!(std > 0) || !(low < high)) {
    throw new ArgumentError(
      `truncNormal_ needs std > 0 and low < high, got std ${std}, low ${low}, high ${high}.`,
    );
  }
  const from = 2 * normalCdf((low - mean) / std) - 1;
  const to = 2 * normalCdf((high - mean) / std) - 1;
  torch.noGrad(() => {
    tensor.uniform_(from, to);
    torch.call("aten::erfinv_", tensor);
    tensor.mul_(std * Math.sqrt(2)).add_(mean).clamp_(low, high);
  });
  return tensor;
}
