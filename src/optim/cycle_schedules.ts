/**
 * Schedules that rise and fall.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nullable } from "../base/option_parts.ts";
import { choice, flag, number, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";
import { rates } from "./rates.ts";
import { ClosedSchedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { forGroups } from "./schedule_checks.ts";

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
  /** Whether the rate falls to the start in a second phase and from there in a third; false by default. */
  threePhase?: boolean;
  /** Whether the momentum (SGD) or first beta (Adam) moves the other way; false by default. */
  cycleMomentum?: boolean;
  /** The momentum at the highest rate; 0.85 by default. */
  baseMomentum?: number;
  /** The momentum at the start; 0.95 by default. */
  maxMomentum?: number;
}

/** The declaration of {@linkcode OneCycleOptions}. */
export const ONE_CYCLE_OPTIONS: OptionTable<OneCycleOptions> = {
  maxLr: rates({ help: "the highest rate: one for all groups, or one for each" }),
  totalSteps: whole({ min: 1, help: "the number of steps in all" }),
  pctStart: number({
    default: 0.3,
    min: 0,
    max: 1,
    help: "the part of the steps in which it rises",
  }),
  annealStrategy: choice(["cos", "linear"], {
    default: "cos",
    help: "along what it rises and falls",
  }),
  divFactor: number({ default: 25, above: 0, help: "the rate starts at maxLr / divFactor" }),
  finalDivFactor: number({
    default: 1e4,
    above: 0,
    help: "it ends this many times below the start",
  }),
  threePhase: flag({ default: false, help: "whether it falls to the start and from there on" }),
  cycleMomentum: flag({ default: false, help: "whether the momentum moves the other way" }),
  baseMomentum: number({ default: 0.85, min: 0, max: 1, help: "the momentum at the highest rate" }),
  maxMomentum: number({ default: 0.95, min: 0, max: 1, help: "the momentum at the start" }),
};

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
    const filled = resolveOptions("OneCycle", ONE_CYCLE_OPTIONS, options);
    const { totalSteps, pctStart, divFactor, finalDivFactor, cycleMomentum } = filled;
    const { baseMomentum, maxMomentum } = filled;
    const highest = forGroups<number>("OneCycle", "maxLr", filled.maxLr, optimizer);
    if (cycleMomentum) checkHasMomentum("OneCycle", optimizer);
    const shape = cycle(totalSteps, pctStart, filled.threePhase, filled.annealStrategy);
    super(
      optimizer,
      (step, _, group) => {
        const high = highest[group] ?? highest[0];
        const low = high / divFactor;
        return shape(step, low, high, low, low / finalDivFactor);
      },
      cycleMomentum
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
  strategy: "cos" | "linear",
): (step: number, start: number, peak: number, back: number, end: number) => number {
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
  stepSizeDown?: number | null;
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

/** The declaration of {@linkcode CyclicLROptions}, but for what is code. */
export const CYCLIC_LR_OPTIONS: OptionTable<Omit<CyclicLROptions, "scaleFn" | "scaleMode">> = {
  baseLr: rates({ help: "the lowest rate: one for all groups, or one for each" }),
  maxLr: rates({ help: "the highest rate: one for all groups, or one for each" }),
  stepSizeUp: whole({ default: 2000, min: 1, help: "the steps from the lowest to the highest" }),
  stepSizeDown: nullable(whole({ min: 1, help: "the steps down; null for as many as up" })),
  mode: choice(["triangular", "triangular2", "expRange"], {
    default: "triangular",
    help: "whether the height stays, is halved from cycle to cycle, or is gamma to the step",
  }),
  gamma: number({ default: 1, min: 0, help: "the base of expRange" }),
  cycleMomentum: flag({ default: true, help: "whether the momentum moves the other way" }),
  baseMomentum: number({ default: 0.8, min: 0, max: 1, help: "the momentum at the highest rate" }),
  maxMomentum: number({ default: 0.9, min: 0, max: 1, help: "the momentum at the lowest rate" }),
};

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
    const { scaleFn, scaleMode, ...given } = options;
    const filled = resolveOptions(name, CYCLIC_LR_OPTIONS, given);
    const { stepSizeUp, mode, gamma, cycleMomentum, baseMomentum, maxMomentum } = filled;
    const stepSizeDown = filled.stepSizeDown ?? stepSizeUp;
    const low = forGroups<number>(name, "baseLr", filled.baseLr, optimizer);
    const high = forGroups<number>(name, "maxLr", filled.maxLr, optimizer);
    if (cycleMomentum) checkHasMomentum(name, optimizer);
    const { scale, byStep } = scaling(mode, gamma, { scaleFn, scaleMode });
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
  mode: "triangular" | "triangular2" | "expRange",
  gamma: number,
  { scaleFn, scaleMode = "cycle" }: Pick<CyclicLROptions, "scaleFn" | "scaleMode">,
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
}
