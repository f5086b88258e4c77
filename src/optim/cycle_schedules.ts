/**
 * Schedules that rise and fall.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { ClosedSchedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { checkFactor, checkSteps, forGroups } from "./schedule_checks.ts";

/** Throws if a group has neither a momentum nor betas. */
function checkHasMomentum(name: string, { paramGroups }: Scheduled): void {
  const lacking = paramGroups.findIndex((group) => !("momentum" in group || "betas" in group));
  if (lacking < 0) return;
  throw new ArgumentError(
    `${name}: group ${lacking} of the optimizer has neither a momentum nor betas; set cycleMomentum to false.`,
  );
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

/**
 * Rises to `maxLr` and falls to almost nothing (Smith and Topin 2019), as PyTorch's `OneCycleLR`; the
 * momentum stays as it is unless `cycleMomentum` is set. The groups' own rates play no part. After the
 * last step the rate stays.
 */
export class OneCycle extends ClosedSchedule {
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
    if (![divFactor, finalDivFactor].every((it) => typeof it === "number" && it > 0)) {
      throw new ArgumentError(
        `OneCycle: divFactor and finalDivFactor must be above 0, got ${divFactor} and ${finalDivFactor}.`,
      );
    }
    const rates = forGroups<number>("OneCycle", "maxLr", options.maxLr, optimizer);
    for (const rate of rates) checkFactor("OneCycle", "maxLr", rate);
    checkFactor("OneCycle", "baseMomentum", baseMomentum, 1);
    checkFactor("OneCycle", "maxMomentum", maxMomentum, 1);
    if (options.cycleMomentum) checkHasMomentum("OneCycle", optimizer);
    const shape = cycle(totalSteps, pctStart, options.threePhase ?? false, options.annealStrategy);
    super(
      optimizer,
      (step, _, group) => {
        const high = rates[group] ?? rates[0];
        const low = high / divFactor;
        return shape(step, low, high, low, low / finalDivFactor);
      },
      options.cycleMomentum
        ? (step) => shape(step, maxMomentum, baseMomentum, maxMomentum, maxMomentum)
        : undefined,
    );
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

/** Options of {@linkcode CyclicLR}. */
export interface CyclicLROptions {
  /** The lowest rate: one for all groups, or one for each. */
  baseLr: number | readonly number[];
  /** The highest rate of the first cycle: one for all groups, or one for each. */
  maxLr: number | readonly number[];
  /** The steps from the lowest to the highest; 2000 by default. */
  stepSizeUp?: number;
  /** The steps from the highest to the lowest; as many as up by default. */
  stepSizeDown?: number;
  /**
   * What becomes of the height of a cycle: it stays (`"triangular"`, the default), is halved from cycle to cycle
   * (`"triangular2"`), or is `gamma` to the power of the step (`"expRange"`).
   */
  mode?: "triangular" | "triangular2" | "expRange";
  /** The base of `"expRange"`; 1 by default. */
  gamma?: number;
  /** What the height is multiplied by, in place of what `mode` says. */
  scaleFn?: (at: number) => number;
  /** Whether `scaleFn` is given the number of the cycle, from 1 (`"cycle"`, the default), or the step. */
  scaleMode?: "cycle" | "iterations";
  /** Whether the momentum (SGD) or first beta (Adam) moves the other way; true by default. */
  cycleMomentum?: boolean;
  /** The momentum at the highest rate; 0.8 by default. */
  baseMomentum?: number;
  /** The momentum at the lowest rate; 0.9 by default. */
  maxMomentum?: number;
}

/**
 * Rises and falls linearly again and again (Smith, Cyclical learning rates for training neural networks, 2017), as
 * PyTorch's `CyclicLR`. The groups' own rates play no part.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * const schedule = new optim.CyclicLR(optimizer, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 10 });
 * schedule.lrAt(5); // 0.055
 * ```
 */
export class CyclicLR extends ClosedSchedule {
  /**
   * From `baseLr` to `maxLr` and back, again and again.
   *
   * @throws {ArgumentError} if an option cannot be used, or there is no momentum to cycle.
   */
  constructor(optimizer: Scheduled, options: CyclicLROptions) {
    const name = "CyclicLR";
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = "triangular", gamma = 1 } =
      options;
    const { cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = options;
    checkSteps(name, "stepSizeUp", stepSizeUp);
    checkSteps(name, "stepSizeDown", stepSizeDown);
    checkFactor(name, "gamma", gamma);
    checkFactor(name, "baseMomentum", baseMomentum, 1);
    checkFactor(name, "maxMomentum", maxMomentum, 1);
    const low = forGroups<number>(name, "baseLr", options.baseLr, optimizer);
    const high = forGroups<number>(name, "maxLr", options.maxLr, optimizer);
    for (const rate of low) checkFactor(name, "baseLr", rate);
    for (const rate of high) checkFactor(name, "maxLr", rate);
    if (cycleMomentum) checkHasMomentum(name, optimizer);
    const { scale, byStep } = scaling(mode, gamma, options);
    const total = stepSizeUp + stepSizeDown;
    // How much of the height is reached, from 0 to 1, times what the height is multiplied by.
    const height = (step: number): number => {
      const cycle = Math.floor(1 + step / total);
      const at = step % total;
      const part = at <= stepSizeUp ? at / stepSizeUp : (total - at) / stepSizeDown;
      return part * scale(byStep ? step : cycle);
    };
    super(
      optimizer,
      (step, _, group) => {
        const base = low[group] ?? low[0];
        return base + ((high[group] ?? high[0]) - base) * height(step);
      },
      cycleMomentum
        ? (step) => maxMomentum - (maxMomentum - baseMomentum) * height(step)
        : undefined,
    );
  }
}

function scaling(
  mode: string,
  gamma: number,
  { scaleFn, scaleMode = "cycle" }: CyclicLROptions,
): { scale: (at: number) => number; byStep: boolean } {
  if (scaleMode !== "cycle" && scaleMode !== "iterations") {
    throw new ArgumentError(
      `CyclicLR: scaleMode is "cycle" or "iterations", got "${scaleMode}".`,
    );
  }
  if (scaleFn !== undefined) return { scale: scaleFn, byStep: scaleMode === "iterations" };
  switch (mode) {
    case "triangular":
      return { scale: () => 1, byStep: false };
    case "triangular2":
      return { scale: (cycle) => 2 ** (1 - cycle), byStep: false };
    case "expRange":
      return { scale: (step) => gamma ** step, byStep: true };
  }
  throw new ArgumentError(
    `CyclicLR: mode is "triangular", "triangular2" or "expRange", got "${mode}".`,
  );
}
