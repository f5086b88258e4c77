/**
 * Gradient clipping.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** Options of {@linkcode clipGradNorm}. */
export interface ClipGradNormOptions {
  /** The norm's exponent; 2 by default, Infinity for the largest absolute value. */
  normType?: number;
  /** Throws if the norm is NaN or infinite; false by default. Has to wait for a GPU. */
  errorIfNonfinite?: boolean;
}

function presentGrads(params: readonly Tensor[]): Tensor[] {
  return torch.stepGradsOf(params, false).grads.filter((grad) => grad !== null);
}

/**
 * Scales the gradients of `params`, in place, so that their norm, taken over all of them together, is
 * at most `maxNorm`. Returns the norm before that, a tensor without dimensions: `item()` reads it, and
 * waits for a GPU; this function does not.
 *
 * @throws {ArgumentError} if `maxNorm` or `normType` is not a number of at least 0.
 * @throws {TrainingError} if asked to and the norm is not finite.
 *
 * @example
 * ```ts
 * import { nn, optim, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * model.forward(torch.randn([8, 4])).pow(2).sum().backward();
 * using norm = optim.clipGradNorm(model.parameters(), 1);
 * norm.item();
 * ```
 */
export function clipGradNorm(
  params: readonly Tensor[],
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  if (!(maxNorm >= 0)) {
    throw new ArgumentError(`clipGradNorm: maxNorm must be at least 0, got ${maxNorm}.`);
  }
  const type = options.normType ?? 2;
  if (!(type >= 0)) {
    throw new ArgumentError(`clipGradNorm: normType must be at least 0, got ${type}.`);
  }
  return torch.scope(() =>
    torch.noGrad(() => {
      const grads = presentGrads(params);
      if (grads.length === 0) return torch.zeros([]);
      const total = torch.linalgVectorNorm(torch.stack(torch.foreachNorm(grads, type)), type);
      if (options.errorIfNonfinite && !Number.isFinite(total.item())) {
        throw new TrainingError(
          `The gradients' norm is ${total.item()}: they hold NaN or an infinity. ` +
            `Look for a learning rate that is too high or a loss that overflows.`,
        );
      }
      // As PyTorch: a factor of 1 where nothing is to be done spares waiting for the norm.
      const factor = total.add(1e-6).reciprocal().mul(maxNorm).clampMax(1);
      torch.foreachMul_(grads, factor);
      return total;
    })
  );
}

/**
 * Cuts every element of the gradients of `params`, in place, to at most `clipValue` in absolute value.
 *
 * @throws {ArgumentError} if `clipValue` is not a number of at least 0.
 */
export function clipGradValue(params: readonly Tensor[], clipValue: number): void {
  if (!(clipValue >= 0)) {
    throw new ArgumentError(`clipGradValue: clipValue must be at least 0, got ${clipValue}.`);
  }
  torch.scope(() =>
    torch.noGrad(() => {
      const grads = presentGrads(params);
      if (grads.length === 0) return;
      torch.call("aten::_foreach_clamp_min_.Scalar", grads, -clipValue);
      torch.call("aten::_foreach_clamp_max_.Scalar", grads, clipValue);
    })
  );
}
