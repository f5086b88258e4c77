/**
 * A schedule that looks at how well training goes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { choice, number, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";
import { rates } from "./rates.ts";
import { Schedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { checkSteps, forGroups } from "./schedule_checks.ts";

/** Options of {@linkcode ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether a lower metric is better (`"min"`, the default), such as a loss, or a higher one, such as an accuracy. */
  mode?: "min" | "max";
  /** What the rate is multiplied by, below 1; 0.1 by default. */
  factor?: number;
  /** So many reports in a row without an improvement change nothing yet; 10 by default. */
  patience?: number;
  /** By how much a metric must be better than the best to count; 1e-4 by default. */
  threshold?: number;
  /** Whether `threshold` is a part of the best metric (`"rel"`, the default) or an amount (`"abs"`). */
  thresholdMode?: "rel" | "abs";
  /** So many reports after a reduction are not counted; 0 by default. */
  cooldown?: number;
  /** The lowest rate: one for all groups, or one for each; 0 by default. */
  minLr?: number | readonly number[];
  /** A reduction by no more than this is not made; 1e-8 by default. */
  eps?: number;
}

/** The declaration of {@linkcode ReduceLROnPlateauOptions}. */
export const REDUCE_LR_ON_PLATEAU_OPTIONS: OptionTable<ReduceLROnPlateauOptions> = {
  mode: choice(["min", "max"], {
    default: "min",
    help: "whether a lower or a higher metric is better",
  }),
  factor: number({ default: 0.1, min: 0, below: 1, help: "what the rate is multiplied by" }),
  patience: whole({
    default: 10,
    min: 0,
    help: "so many reports without a better one change nothing",
  }),
  threshold: number({
    default: 1e-4,
    min: 0,
    help: "by how much a metric must be better to count",
  }),
  thresholdMode: choice(["rel", "abs"], {
    default: "rel",
    help: "whether threshold is a part of the best metric or an amount",
  }),
  cooldown: whole({
    default: 0,
    min: 0,
    help: "so many reports after a reduction are not counted",
  }),
  minLr: rates({ default: 0, help: "the lowest rate: one for all groups, or one for each" }),
  eps: number({ default: 1e-8, min: 0, help: "a reduction by no more than this is not made" }),
};

/**
 * Lowers the rates when a metric no longer gets better, as PyTorch's `ReduceLROnPlateau`.
 *
 * The metric is given to {@linkcode ReduceLROnPlateau.report}, once after every evaluation; `step`, which training
 * loops call, only counts. The rates are the groups' own, which an optimizer's state holds: with it and
 * {@linkcode ReduceLROnPlateau.stateDict} a run goes on as if there had been no break.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new optim.ReduceLROnPlateau(optimizer, { mode: "max", patience: 0 });
 * // In a run: train.fit({ ..., evaluate: () => { ...; schedule.report(accuracy); return { accuracy }; } })
 * schedule.report(0.5);
 * schedule.report(0.5);
 * optimizer.lr; // 0.01
 * ```
 */
export class ReduceLROnPlateau extends Schedule {
  readonly #options: Required<Omit<ReduceLROnPlateauOptions, "minLr">>;
  readonly #minLr: readonly number[];
  #best: number;
  #bad = 0;
  #cooling = 0;

  /**
   * With the rates that the groups have.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: ReduceLROnPlateauOptions = {}) {
    const name = "ReduceLROnPlateau";
    const filled = resolveOptions(name, REDUCE_LR_ON_PLATEAU_OPTIONS, options);
    const { minLr, ...rest } = filled;
    const lowest = forGroups<number>(name, "minLr", minLr, optimizer);
    super(optimizer, (_, lr) => lr);
    this.#options = rest;
    this.#minLr = lowest;
    this.#best = rest.mode === "min" ? Infinity : -Infinity;
  }

  /** The rate of a group now: that of other steps is not known. */
  override rate(_step: number, group: number): number {
    return this.groups[group].lr;
  }

  /** The best metric so far; plus or minus infinity before the first. */
  get best(): number {
    return this.#best;
  }

  /** Counts; the metric goes to {@linkcode ReduceLROnPlateau.report}. */
  override step(to: number = this.stepCount + 1): void {
    if (!Number.isInteger(to)) {
      throw new ArgumentError(
        `ReduceLROnPlateau: step() takes the step's number, got ${to}; give the metric to report().`,
      );
    }
    super.step(to);
  }

  /**
   * Takes the metric of an evaluation, and lowers the rates if too many in a row were no better than the best. NaN is
   * no better.
   *
   * @throws {ArgumentError} if the metric is not a number.
   */
  report(metric: number): void {
    if (typeof metric !== "number") {
      throw new ArgumentError(
        `ReduceLROnPlateau: report() takes a number, got ${typeof metric}.`,
      );
    }
    const { patience, cooldown } = this.#options;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#bad = 0;
    }
    if (this.#bad <= patience) return;
    this.#reduce();
    this.#cooling = cooldown;
    this.#bad = 0;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const by = mode === "min" ? -threshold : threshold;
    const limit = thresholdMode === "rel" ? this.#best * (1 + by) : this.#best + by;
    return mode === "min" ? metric < limit : metric > limit;
  }

  #reduce(): void {
    const { factor, eps } = this.#options;
    this.groups.forEach((group, i) => {
      const lr = Math.max(group.lr * factor, this.#minLr[i] ?? this.#minLr[0]);
      if (group.lr - lr > eps) group.lr = lr;
    });
  }

  /** What to save beside the optimizer's state. */
  override stateDict(): { step: number; [name: string]: number } {
    const state = { ...super.stateDict(), bad: this.#bad, cooling: this.#cooling };
    return Number.isFinite(this.#best) ? { ...state, best: this.#best } : state;
  }

  /**
   * Goes on from a saved state; the rates are in the optimizer's.
   *
   * @throws {ArgumentError} if the state is none of a `ReduceLROnPlateau`.
   */
  override loadStateDict(state: { step: number; [name: string]: number }): void {
    const { step, bad, cooling, best } = state;
    checkSteps("ReduceLROnPlateau", "the state's bad", bad, 0);
    checkSteps("ReduceLROnPlateau", "the state's cooling", cooling, 0);
    if (best !== undefined && typeof best !== "number") {
      throw new ArgumentError(`ReduceLROnPlateau: the state's best is no number, got ${best}.`);
    }
    super.loadStateDict({ step });
    this.#bad = bad;
    this.#cooling = cooling;
    this.#best = best ?? (this.#options.mode === "min" ? Infinity : -Infinity);
  }
}
