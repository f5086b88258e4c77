/**
 * Schedules along a cosine.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { number, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";
import { warmUp } from "./warm_up.ts";
import { ClosedSchedule, Schedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";

/** Options of {@linkcode CosineAnnealing}. */
export interface CosineAnnealingOptions {
  /** The number of steps in all, the warm-up included. */
  steps: number;
  /** The rate at the end; 0 by default. */
  etaMin?: number;
  /** Steps of linear growth before; 0 by default. */
  warmupSteps?: number;
  /** What the rate is multiplied by at the first warm-up step; 0 by default. */
  warmupStart?: number;
}

/** The declaration of {@linkcode CosineAnnealingOptions}. */
export const COSINE_ANNEALING_OPTIONS: OptionTable<CosineAnnealingOptions> = {
  steps: whole({ min: 1, help: "the number of steps in all, the warm-up included" }),
  etaMin: number({ default: 0, min: 0, help: "the rate at the end" }),
  warmupSteps: whole({ default: 0, min: 0, help: "steps of linear growth before" }),
  warmupStart: number({ default: 0, min: 0, help: "the factor at the first warm-up step" }),
};

/**
 * Falls along half a cosine: etaMin + (lr - etaMin) (1 + cos(π t / T)) / 2 (Loshchilov and Hutter 2017,
 * equation 5, without restarts), after an optional linear warm-up. After the last step the formula goes on, and the
 * rate rises again, as in PyTorch's `CosineAnnealingLR`.
 */
export class CosineAnnealing extends Schedule {
  readonly #etaMin: number;
  /** The first step that is not warm-up, and how many there are from there on. */
  readonly #from: number;
  readonly #length: number;

  /**
   * The whole way down, or the warm-up and then down.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: CosineAnnealingOptions) {
    const { steps, etaMin, warmupSteps, warmupStart } = resolveOptions(
      "CosineAnnealing",
      COSINE_ANNEALING_OPTIONS,
      options,
    );
    if (warmupSteps >= steps) {
      throw new ArgumentError(
        `CosineAnnealing: of ${steps} steps, ${warmupSteps} cannot be warm-up; leave some to anneal.`,
      );
    }
    super(optimizer, (step, lr) => {
      if (step < warmupSteps) return lr * warmUp(step, warmupSteps, warmupStart);
      return onCosine((step - warmupSteps) / (steps - warmupSteps), lr, etaMin);
    });
    this.#etaMin = etaMin;
    this.#from = warmupSteps;
    this.#length = steps - warmupSteps;
  }

  /** The recursion of PyTorch's `CosineAnnealingLR`, in which what is above `etaMin` is multiplied. @ignore */
  override chain(lr: number, step: number, group: number): number {
    const at = step - this.#from;
    if (at <= 0) return super.chain(lr, step, group);
    const before = 1 + Math.cos(Math.PI * (at - 1) / this.#length);
    // Where the step before was at the bottom there is nothing to multiply.
    if ((at - 1 - this.#length) % (2 * this.#length) === 0) {
      const base = this.groups[group].initialLr! - this.#etaMin;
      return lr + base * (1 - Math.cos(Math.PI / this.#length)) / 2;
    }
    const now = 1 + Math.cos(Math.PI * at / this.#length);
    return now / before * (lr - this.#etaMin) + this.#etaMin;
  }
}

/** From `lr` (part 0) along a cosine to `etaMin` (part 1) and back. */
function onCosine(part: number, lr: number, etaMin: number): number {
  return etaMin + (lr - etaMin) * (1 + Math.cos(Math.PI * part)) / 2;
}

/** Options of {@linkcode CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions {
  /** The steps until the first restart. */
  t0: number;
  /** How many times as many steps there are from each restart to the next; a whole number, 1 by default. */
  tMult?: number;
  /** The lowest rate; 0 by default. */
  etaMin?: number;
}

/** The declaration of {@linkcode CosineAnnealingWarmRestartsOptions}. */
export const COSINE_ANNEALING_WARM_RESTARTS_OPTIONS: OptionTable<
  CosineAnnealingWarmRestartsOptions
> = {
  t0: whole({ min: 1, help: "the steps until the first restart" }),
  tMult: whole({ default: 1, min: 1, help: "how many times longer each cycle is than the last" }),
  etaMin: number({ default: 0, min: 0, help: "the lowest rate" }),
};

/**
 * Falls along half a cosine again and again (Loshchilov and Hutter, SGDR: Stochastic gradient descent with warm
 * restarts, 2017, equation 5), as PyTorch's `CosineAnnealingWarmRestarts`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new optim.CosineAnnealingWarmRestarts(optimizer, { t0: 10, tMult: 2 });
 * schedule.lrAt(10); // 0.1, as at step 0 and at step 30
 * ```
 */
export class CosineAnnealingWarmRestarts extends ClosedSchedule {
  /**
   * From restart to restart, the first after `t0` steps.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: CosineAnnealingWarmRestartsOptions) {
    const { t0, tMult, etaMin } = resolveOptions(
      "CosineAnnealingWarmRestarts",
      COSINE_ANNEALING_WARM_RESTARTS_OPTIONS,
      options,
    );
    super(optimizer, (step, lr) => {
      let since = step;
      let length = t0;
      if (tMult === 1) since %= t0;
      else {
        while (since >= length) {
          since -= length;
          length *= tMult;
        }
      }
      return onCosine(since / length, lr, etaMin);
    });
  }
}
