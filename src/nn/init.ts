/**
 * Initial values of parameters, drawn as PyTorch draws them: one seed gives the same numbers. All
 * write in place, record no gradients and return the tensor.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
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

let skipping = false;

/**
 * Runs `body` with initial values left out: the functions here return their tensor as it is. For a model whose
 * weights are loaded right after it is made; until then they are whatever lay in memory.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using model = nn.init.skipped(() => new nn.Linear(4096, 4096));
 * model.loadStateDict({ weight: torch.ones([4096, 4096]), bias: torch.ones([4096]) });
 * ```
 */
export function skipped<R>(body: () => R): R {
  const before = skipping;
  skipping = true;
  try {
    return body();
  } finally {
    skipping = before;
  }
}

/** Draws from [`from`, `to`). */
export function uniform_(tensor: Tensor, from = 0, to = 1): Tensor {
  if (skipping) return tensor;
  torch.noGrad(() => tensor.uniform_(from, to));
  return tensor;
}

/** Draws from a normal distribution. */
export function normal_(tensor: Tensor, mean = 0, std = 1): Tensor {
  if (skipping) return tensor;
  torch.noGrad(() => tensor.normal_(mean, std));
  return tensor;
}

/** Sets every element to `value`. */
export function constant_(tensor: Tensor, value: number): Tensor {
  if (skipping) return tensor;
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
 * He's initialization, uniform: U(-b, b) with b = gain * sqrt(3 / fan) (He et al. 2015, "Delving deep
 * into rectifiers", equation 14).
 */
export function kaimingUniform_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(weight, options);
  return uniform_(weight, -bound, bound);
}

/** He's initialization, normal: N(0, gain² / fan). */
export function kaimingNormal_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(weight, 0, kaimingStd(weight, options));
}

/**
 * Glorot's initialization, uniform: U(-b, b) with b = gain * sqrt(6 / (fanIn + fanOut)) (Glorot and
 * Bengio 2010, equation 16).
 */
export function xavierUniform_(weight: Tensor, gain = 1): Tensor {
  const { fanIn, fanOut } = calculateFans(weight);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(weight, -bound, bound);
}

/** Glorot's initialization, normal: N(0, gain² * 2 / (fanIn + fanOut)). */
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

/**
 * Draws from a normal distribution cut off at `low` and `high`: again, until all values lie between
 * (as PyTorch does from 2.13 on; older versions give other numbers for the same seed).
 *
 * @throws {ArgumentError} if `std` is not above 0, or `low` not below `high`.
 */
export function truncNormal_(tensor: Tensor, mean = 0, std = 1, low = -2, high = 2): Tensor {
  if (!(std > 0) || !(low < high)) {
    throw new ArgumentError(
      `truncNormal_ needs std > 0 and low < high, got std ${std}, low ${low}, high ${high}.`,
    );
  }
  if (skipping) return tensor;
  const inside = normalCdf((high - mean) / std) - normalCdf((low - mean) / std);
  torch.scope(() =>
    torch.noGrad(() => {
      if (inside > 0.3) redrawNormal(tensor, mean, std, low, high);
      else rejectUniform(tensor, mean, std, low, high);
    })
  );
  return tensor;
}

/** Draws all anew until those that were outside have come to lie inside. */
function redrawNormal(t: Tensor, mean: number, std: number, low: number, high: number): void {
  // The limits as the tensor's dtype has them.
  const [from, to] = torch.tensor([low, high], { dtype: t.dtype }).double().data();
  t.normal_(mean, std);
  const another = torch.emptyLike(t);
  while (true) {
    const outside = t.lt(Number(from)).logicalOr(t.gt(Number(to)));
    if (outside.any().item() === 0) return;
    t.copy_(torch.where(outside, another.normal_(mean, std), t));
  }
}

/** Where little of the normal distribution lies inside: even draws, accepted by its density. */
function rejectUniform(t: Tensor, mean: number, std: number, low: number, high: number): void {
  const mode = Math.max(low, Math.min(mean, high));
  const peak = -0.5 * ((mode - mean) / std) ** 2;
  const candidates = torch.emptyLike(t);
  const chance = torch.emptyLike(t);
  let pending: Tensor | null = null;
  do {
    candidates.uniform_(low, high);
    t.copy_(pending === null ? candidates : torch.where(pending, candidates, t));
    candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak);
    const rejected: Tensor = chance.uniform_(0, 1).log_().gt(candidates);
    pending = pending === null ? rejected : pending.logicalAnd(rejected);
  } while (pending.any().item() !== 0);
}
