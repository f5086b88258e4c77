/**
 * Instance normalization as a function.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkKnown, checkNumber } from "../options.ts";
import type { AffineOptions } from "./normalization.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode instanceNorm}. */
export interface InstanceNormFunctionOptions extends AffineOptions {
  /** The running mean, (C), which is moved if the input's own statistics are used. */
  runningMean?: Tensor | null;
  /** The running variance, (C). */
  runningVar?: Tensor | null;
  /** Whether the input's own statistics are used instead of the running ones; true by default. */
  useInputStats?: boolean;
  /** How far the running statistics move towards the input's; 0.1 by default. */
  momentum?: number;
}

const known = [
  "weight",
  "bias",
  "eps",
  "runningMean",
  "runningVar",
  "useInputStats",
  "momentum",
];

/**
 * Normalizes every channel of every sample by its own mean and variance (Ulyanov et al. 2016). Shapes: input (B, C, *),
 * all others (C).
 *
 * @throws {ShapeError} if a channel has just one value whose statistics are wanted.
 * @throws {ArgumentError} if `eps` or `momentum` cannot be used, or running statistics are wanted that are not given.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * nn.functional.instanceNorm(torch.randn([2, 3, 8, 8])).shape; // [2, 3, 8, 8]
 * ```
 */
export function instanceNorm(input: Tensor, options: InstanceNormFunctionOptions = {}): Tensor {
  checkKnown("instanceNorm", options, known);
  const useInputStats = options.useInputStats ?? true;
  const eps = options.eps ?? 1e-5;
  const momentum = options.momentum ?? 0.1;
  const mean = options.runningMean ?? null;
  const variance = options.runningVar ?? null;
  checkNumber("instanceNorm", "eps", eps, 0);
  checkNumber("instanceNorm", "momentum", momentum);
  if (!useInputStats && (mean === null || variance === null)) {
    throw new ArgumentError(
      "instanceNorm: useInputStats: false needs a runningMean and a runningVar.",
    );
  }
  const shape = input.shape;
  if (shape.length < 3) {
    throw new ShapeError(`instanceNorm takes (B, C, *), got ${shapeText(shape)}.`);
  }
  if (useInputStats && shape.slice(2).reduce((a, b) => a * b, 1) === 1) {
    throw new ShapeError(
      `instanceNorm needs more than one value a channel, got ${
        shapeText(shape)
      }. Use larger inputs, or running ` +
        "statistics in evaluation.",
    );
  }
  return torch.instanceNorm(
    input,
    options.weight ?? null,
    options.bias ?? null,
    mean,
    variance,
    useInputStats,
    momentum,
    eps,
    true,
  );
}
