/**
 * Learning-rate schedules.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkFactor, checkSteps, Schedule } from "./schedule.ts";

/** The part of an optimiser that schedules need. */
type Scheduled = Pick<Optimizer, "paramGroups">;

/** The rate that the groups started with, at every step. */
export class Constant extends Schedule {
  /** The same at every step. */
  constructor(optimizer: Scheduled) {
    super(optimizer, (_, lr) => lr);
  }
}

/** The rate times `gamma` after every `stepSize` steps (PyTorch's `StepLR`). */
export class StepLR extends Schedule {
  /**
   * `gamma` is 0.1 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: { stepSize: number; gamma?: number }) {
    const { stepSize, gamma = 0.1 } = options;
    checkSteps("StepLR", "stepSize", stepSize);
    checkFactor("StepLR", "gamma", gamma);
    super(optimizer, (step, lr) => lr * gamma ** Math.floor(step / stepSize));
  }
}

/** The rate times `gamma` at every milestone (PyTorch's `MultiStepLR`). */
export class MultiStepLR extends Schedule {
  /**
   * `gamma` is 0.1 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: { milestones: readonly number[]; gamma?: number }) {
    const { gamma = 0.1 } = options;
    const milestones = [...options.milestones];
    for (const milestone of milestones) checkSteps("MultiStepLR", "a milestone", milestone, 0);
    checkFactor("MultiStepLR", "gamma", gamma);
    super(optimizer, (step, lr) => lr * gamma ** milestones.filter((m) => m <= step).length);
  }
}

/** The rate times `gamma` after every step (PyTorch's `ExponentialLR`). */
export class ExponentialLR extends Schedule {
  /**
   * `gamma` is between 0 and 1 for a falling rate.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: { gamma: number }) {
    checkFactor("ExponentialLR", "gamma", options.gamma);
    super(optimizer, (step, lr) => lr * options.gamma ** step);
  }
}

/** Linear growth from `start` times the rate to the rate itself, over `steps` steps. */
function warmUp(step: number, steps: number, start: number): number {
  return step >= steps ? 1 : start + (1 - start) * (step / steps);
}

/** Grows linearly to the rate, which then stays (PyTorch's `LinearLR` with an end factor of 1). */
export class LinearWarmup extends Schedule {
  /**
   * `startFactor` times the rate is where it starts; 0 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: { steps: number; startFactor?: number }) {
    const { steps, startFactor = 0 } = options;
    checkSteps("LinearWarmup", "steps", steps);
    checkFactor("LinearWarmup", "startFactor", startFactor);
    super(optimizer, (step, lr) => lr * warmUp(step, steps, startFactor));
  }
}

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

/**
 * Falls along half a cosine: etaMin + (lr - etaMin) (1 + cos(π t / T)) / 2 (Loshchilov and Hutter 2017,
 * equation 5, without restarts), after an optional linear warm-up. After the last step it stays at
 * `etaMin` (PyTorch's would rise again).
 */
export class CosineAnnealing extends Schedule {
  /**
   * The whole way down, or the warm-up and then down.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: CosineAnnealingOptions) {
    const { steps, etaMin = 0, warmupSteps = 0, warmupStart = 0 } = options;
    checkSteps("CosineAnnealing", "steps", steps);
    checkSteps("CosineAnnealing", "warmupSteps", warmupSteps, 0);
    checkFactor("CosineAnnealing", "etaMin", etaMin);
    checkFactor("CosineAnnealing", "warmupStart", warmupStart);
    if (warmupSteps >= steps) {
      throw new ArgumentError(
        `CosineAnnealing: of ${steps} steps, ${warmupSteps} cannot be warm-up; leave some to anneal.`,
      );
    }
    super(optimizer, (step, lr) => {
      if (step < warmupSteps) return lr * warmUp(step, warmupSteps, warmupStart);
      const part = Math.min(1, (step - warmupSteps) / (steps - warmupSteps));
      return etaMin + (lr - etaMin) * (1 + Math.cos(Math.PI * part)) / 2;
    });
  }
}

/** Options of {@linkcode OneCycle}. */
export interface OneCycleOptions {
  /** The highest rate: one for all groups, or one for each. */
  maxLr: number | readonly number[];
  /** The number of steps in all. */
  totalSteps: number;
  /** The part of the steps in which the rate rises; 0.3 by default. */
  pctStart?: number;
  /** Along what it rises and falls; `"cos"` by default. */
  annealStrategy?: "cos" | "linear";
  /** The rate starts at maxLr / divFactor; 25 by default. */
  divFactor?: number;
  /** The rate ends at maxLr / divFactor / finalDivFactor; 10,000 by default. */
  finalDivFactor?: number;
  /** Whether it falls to the start in a second phase and from there in a third; false by default. */
  threePhase?: boolean;
  /** Whether the momentum (SGD) or first beta (Adam) moves the other way; false by default. */
  cycleMomentum?: boolean;
  /** The momentum at the highest rate; 0.85 by default. */
  baseMomentum?: number;
  /** The momentum at the start; 0.95 by default. */
  maxMomentum?: number;
}

/** What {@linkcode OneCycle} sets besides the rate. */
interface WithMomentum {
  momentum?: number;
  betas?: readonly [number, number];
}

/**
 * Rises to `maxLr` and falls to almost nothing (Smith and Topin 2019), as PyTorch's `OneCycleLR`; the
 * momentum stays as it is unless `cycleMomentum` is set. The groups' own rates play no part. After the
 * last step the rate stays.
 */
export class OneCycle extends Schedule {
  readonly #momentum: ((step: number) => number) | null;

  /**
   * One cycle over all steps.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: OneCycleOptions) {
    const { totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
    const { baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    checkSteps("OneCycle", "totalSteps", totalSteps);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new ArgumentError(`OneCycle: pctStart must be from 0 to 1, got ${pctStart}.`);
    }
    if (!(divFactor > 0 && finalDivFactor > 0)) {
      throw new ArgumentError(
        `OneCycle: divFactor and finalDivFactor must be above 0, got ${divFactor} and ${finalDivFactor}.`,
      );
    }
    const groups = optimizer.paramGroups.length;
    const rates = typeof options.maxLr === "number"
      ? new Array<number>(groups).fill(options.maxLr)
      : options.maxLr;
    if (rates.length !== groups) {
      throw new ArgumentError(
        `OneCycle: ${groups} groups need ${groups} rates, got ${rates.length}.`,
      );
    }
    for (const rate of rates) checkFactor("OneCycle", "maxLr", rate);
    const shape = cycle(totalSteps, pctStart, options.threePhase ?? false, options.annealStrategy);
    super(optimizer, (step, _, group) => {
      const high = rates[group];
      const low = high / divFactor;
      return shape(step, low, high, low, low / finalDivFactor);
    });
    this.#momentum = options.cycleMomentum
      ? (step) => shape(step, maxMomentum, baseMomentum, maxMomentum, maxMomentum)
      : null;
    this.apply();
  }

  /** Sets the rates and, if asked for, the momenta of the current step. */
  protected override apply(): void {
    super.apply();
    // The base's constructor comes here before the momentum is known.
    if (!(#momentum in this) || this.#momentum === null) return;
    const value = this.#momentum(this.stepCount);
    for (const group of this.groups as readonly WithMomentum[]) {
      if (group.betas) group.betas = [value, group.betas[1]];
      else group.momentum = value;
    }
  }
}

/**
 * A value over one cycle: `start` to `peak` to `end`; in three phases `start` to `peak` to `back` to
 * `end`.
 */
function cycle(
  totalSteps: number,
  pctStart: number,
  threePhase: boolean,
  strategy: "cos" | "linear" = "cos",
): (step: number, start: number, peak: number, back: number, end: number) => number {
  if (strategy !== "cos" && strategy !== "linear") {
    throw new ArgumentError(
      `OneCycle: the annealStrategy is "cos" or "linear", got "${strategy}".`,
    );
  }
  const between = (from: number, to: number, part: number): number =>
    strategy === "linear"
      ? (to - from) * part + from
      : to + (from - to) / 2 * (Math.cos(Math.PI * part) + 1);
  const top = pctStart * totalSteps - 1;
  const last = totalSteps - 1;
  const second = threePhase ? 2 * pctStart * totalSteps - 2 : last;
  return (step, start, peak, back, end) => {
    const at = Math.min(step, last);
    if (at <= top) return between(start, peak, top > 0 ? at / top : 1);
    const [low, final] = threePhase ? [back, end] : [end, end];
    if (at <= second) return between(peak, low, (at - top) / (second - top));
    return between(low, final, (at - second) / (last - second));
  };
}

/**
 * One schedule after another: each starts from its own step 0 when its milestone is reached (PyTorch's
 * `SequentialLR`).
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
 * new optim.SequentialSchedule(optimizer, [
 *   new optim.LinearWarmup(optimizer, { steps: 100 }),
 *   new optim.StepLR(optimizer, { stepSize: 1000 }),
 * ], [100]);
 * ```
 */
export class SequentialSchedule extends Schedule {
  /**
   * `milestones` are the steps at which the second, third, … schedule starts.
   *
   * @throws {ArgumentError} if there is not one milestone fewer than schedules, or they do not rise.
   */
  constructor(
    optimizer: Scheduled,
    schedules: readonly Schedule[],
    milestones: readonly number[],
  ) {
    if (schedules.length === 0 || milestones.length !== schedules.length - 1) {
      throw new ArgumentError(
        `SequentialSchedule: ${schedules.length} schedules need ${
          Math.max(0, schedules.length - 1)
        } milestones, got ${milestones.length}.`,
      );
    }
    milestones.forEach((milestone, i) => {
      checkSteps("SequentialSchedule", `milestone ${i}`, milestone, (milestones[i - 1] ?? 0) + 1);
    });
    super(optimizer, (step, _, group) => {
      const place = milestones.filter((milestone) => milestone <= step).length;
      return schedules[place].lrAt(step - (milestones[place - 1] ?? 0), group);
    });
  }
}
