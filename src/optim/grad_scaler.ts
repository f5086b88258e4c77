/**
 * Keeping small float16 gradients from vanishing.
 *
 * @module
 */

import { ArgumentError, DTypeError } from "../base/errors.ts";
import { resolveOptions } from "../base/options.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import {
  GRAD_SCALER_OPTIONS,
  type GradScalerOptions,
  type GradScalerState,
  type ScaledOptimizer,
} from "./grad_scaler_options.ts";

/** How far an optimizer is in this step. */
interface Progress {
  readonly overflow: boolean;
  stepped: boolean;
}

/**
 * Scales losses, so that gradients which float16 cannot hold do not vanish, and leaves out steps whose gradients
 * overflow, as PyTorch's `torch.amp.GradScaler` (Micikevicius et al., Mixed precision training, 2018, section 3.2).
 * To be used with `torch.autocast(..., { dtype: "float16" })`; bfloat16 needs none. The weights stay float32.
 *
 * @example
 * ```ts
 * import { nn, optim, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const scaler = new optim.GradScaler();
 * torch.scope(() => {
 *   const loss = torch.autocast(
 *     () => model.forward(torch.randn([8, 4])).float().pow(2).mean(),
 *     { device: "cpu", dtype: "float16" },
 *   );
 *   scaler.scale(loss).backward();
 *   scaler.unscale(optimizer); // only needed before gradients are looked at or clipped
 *   optim.clipGradNorm(model.parameters(), 1);
 *   scaler.step(optimizer);
 *   scaler.update();
 * });
 * optimizer.zeroGrad();
 * ```
 */
export class GradScaler {
  /** Whether anything is scaled. */
  readonly enabled: boolean;
  readonly #growthFactor: number;
  readonly #backoffFactor: number;
  readonly #growthInterval: number;
  #scale: number;
  #growthTracker = 0;
  readonly #progress = new Map<ScaledOptimizer, Progress>();

  /**
   * With PyTorch's numbers, unless others are given.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: GradScalerOptions = {}) {
    const { initScale, growthFactor, backoffFactor, growthInterval, enabled } = resolveOptions(
      "GradScaler",
      GRAD_SCALER_OPTIONS,
      options,
    );
    this.enabled = enabled;
    this.#scale = Math.fround(initScale);
    this.#growthFactor = growthFactor;
    this.#backoffFactor = backoffFactor;
    this.#growthInterval = growthInterval;
  }

  /** What losses are multiplied by now; 1 if nothing is scaled. */
  get scaleFactor(): number {
    return this.enabled ? this.#scale : 1;
  }

  /** The loss to take gradients of. */
  scale(loss: Tensor): Tensor {
    return this.enabled ? loss.mul(this.#scale) : loss;
  }

  /**
   * Divides the gradients of an optimizer's parameters by the scale, in place, and looks whether all are finite. Waits
   * for a GPU. {@linkcode GradScaler.step} does it where it was not done.
   *
   * @returns Whether all gradients are finite.
   * @throws {ArgumentError} if it was done already since the last update.
   * @throws {DTypeError} if a gradient is float16: the weights have to be float32.
   */
  unscale(optimizer: ScaledOptimizer): boolean {
    if (!this.enabled) return true;
    const known = this.#progress.get(optimizer);
    if (known !== undefined) {
      throw new ArgumentError(
        `GradScaler: the gradients of this optimizer were ${
          known.stepped ? "used by step()" : "unscaled"
        } already; call update() at the end of each step.`,
      );
    }
    const overflow = torch.scope(() => torch.noGrad(() => this.#divide(optimizer)));
    this.#progress.set(optimizer, { overflow, stepped: false });
    return !overflow;
  }

  /** Divides gradients by the scale; whether one of them is not finite. */
  #divide(optimizer: ScaledOptimizer): boolean {
    const params = optimizer.paramGroups.flatMap((group) => group.params);
    const lists = new Map<string, Tensor[]>();
    for (const grad of torch.stepGradsOf(params, false).grads) {
      if (grad === null) continue;
      const dtype = grad.dtype;
      if (dtype === "float16") {
        throw new DTypeError(
          "GradScaler: a gradient is float16. Keep the weights float32, and let torch.autocast compute in float16.",
        );
      }
      const key = `${grad.device} ${dtype}`;
      lists.set(key, [...lists.get(key) ?? [], grad]);
    }
    // As PyTorch computes it: in float64, then rounded.
    const inverse = 1 / this.#scale;
    const found = [...lists.values()].map((grads) => {
      const device = grads[0].device;
      const overflow = torch.zeros([1], { device });
      const factor = torch.tensor([inverse], { dtype: "float32", device });
      torch.call("aten::_amp_foreach_non_finite_check_and_unscale_", grads, overflow, factor);
      return overflow;
    });
    return found.some((overflow) => overflow.item() !== 0);
  }

  /**
   * Makes the optimizer's step, unless a gradient is not finite: then nothing changes.
   *
   * @returns Whether the step was made.
   * @throws {ArgumentError} if it was called already since the last update.
   * @throws {DTypeError} if a gradient is float16.
   */
  step(optimizer: ScaledOptimizer): boolean {
    if (!this.enabled) {
      optimizer.step();
      return true;
    }
    if (this.#progress.get(optimizer)?.stepped !== false) this.unscale(optimizer);
    const progress = this.#progress.get(optimizer)!;
    if (!progress.overflow) optimizer.step();
    progress.stepped = true;
    return !progress.overflow;
  }

  /**
   * Ends a step: the scale shrinks if gradients overflowed, and grows if they have not for long. `scale` sets it
   * instead.
   *
   * @throws {ArgumentError} if no gradients were looked at, or the new scale is not a number above 0.
   */
  update(scale?: number): void {
    if (!this.enabled) return;
    if (scale !== undefined) {
      checkScale("the new scale", scale);
      this.#scale = Math.fround(scale);
    } else if (this.#progress.size === 0) {
      throw new ArgumentError("GradScaler: update() comes after step(), which was not called.");
    } else if ([...this.#progress.values()].some(({ overflow }) => overflow)) {
      this.#scale = Math.fround(this.#scale * this.#backoffFactor);
      this.#growthTracker = 0;
    } else if (++this.#growthTracker === this.#growthInterval) {
      const grown = Math.fround(this.#scale * this.#growthFactor);
      if (Number.isFinite(grown)) this.#scale = grown;
      this.#growthTracker = 0;
    }
    this.#progress.clear();
  }

  /** The state to save. */
  stateDict(): GradScalerState {
    return { scale: this.#scale, growthTracker: this.#growthTracker };
  }

  /**
   * Goes on from a saved state.
   *
   * @throws {ArgumentError} if it is none.
   */
  loadStateDict(state: GradScalerState): void {
    const { scale, growthTracker } = state;
    checkScale("the state's scale", scale);
    if (!Number.isSafeInteger(growthTracker) || growthTracker < 0) {
      throw new ArgumentError(
        `GradScaler: the state's growthTracker is no count of steps: ${growthTracker}.`,
      );
    }
    this.#scale = Math.fround(scale);
    this.#growthTracker = growthTracker;
    this.#progress.clear();
  }
}

function checkScale(name: string, value: number): void {
  if (value > 0 && Number.isFinite(Math.fround(value))) return;
  throw new ArgumentError(`GradScaler: ${name} must be a float32 number above 0, got ${value}.`);
}
