/**
 * The best epoch so far, and when to stop waiting for a better one.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { nullable } from "../base/option_parts.ts";
import { choice, number, text, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";

/** Options of {@linkcode Best}. */
export interface BestOptions {
  /** The name of the metric in what an evaluation returns: `"accuracy"`. */
  metric: string;
  /** Whether a higher one is better (`"max"`, the default) or a lower one, such as of a loss (`"min"`). */
  mode?: "max" | "min";
  /** Stops after so many evaluations in a row without an improvement; null, the default, for never. */
  patience?: number | null;
  /** By more than how much it must be better to count; 0 by default. */
  minDelta?: number;
}

/** The declaration of {@linkcode BestOptions}. */
export const BEST_OPTIONS: OptionTable<BestOptions> = {
  metric: text({
    wants: "the name of a metric",
    pattern: /./,
    help: "the metric in what an evaluation returns",
  }),
  mode: choice(["max", "min"], { default: "max", help: "whether higher or lower is better" }),
  patience: nullable(whole({ min: 1 }), {
    help: "stops after so many evaluations in a row without an improvement",
  }),
  minDelta: number({ default: 0, min: 0, help: "by more than how much a value must be better" }),
};

/** What an evaluation was. */
export interface Verdict {
  /** Whether the evaluation is the best so far: its weights are to be kept. */
  readonly improved: boolean;
  /** Whether there was no improvement for as long as `patience` says: training is to stop. */
  readonly stop: boolean;
}

/** What is saved of a {@linkcode Best}, as plain data. */
export interface BestState {
  /** The best value; null before there is one. */
  value: number | null;
  /** The best value's epoch, from 1; null before there is one. */
  epoch: number | null;
  /** The evaluations since then. */
  waited: number;
}

/**
 * Remembers the best value of a metric. NaN and the infinities are never the best, nor is a value that equals the best.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const best = new train.Best({ metric: "accuracy", patience: 2 });
 * best.update(0.5, 1); // { improved: true, stop: false }
 * best.update(0.4, 2); // { improved: false, stop: false }
 * best.update(0.5, 3); // { improved: false, stop: true }
 * best.state(); // { value: 0.5, epoch: 1, waited: 2 }
 * ```
 */
export class Best {
  /** The metric's name. */
  readonly metric: string;
  /** Which values are better. */
  readonly mode: "max" | "min";
  /** After how many evaluations without an improvement to stop; Infinity for never. */
  readonly patience: number;
  /** By how much a value must be better. */
  readonly minDelta: number;
  #state: BestState = { value: null, epoch: null, waited: 0 };

  /**
   * Nothing is known yet.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: BestOptions) {
    const { metric, mode, patience, minDelta } = resolveOptions("Best", BEST_OPTIONS, options);
    this.metric = metric;
    this.mode = mode;
    this.patience = patience ?? Infinity;
    this.minDelta = minDelta;
  }

  /** The best value; undefined before there is one. */
  get value(): number | undefined {
    return this.#state.value ?? undefined;
  }

  /** The epoch of the best value, from 1; undefined before there is one. */
  get epoch(): number | undefined {
    return this.#state.epoch ?? undefined;
  }

  /**
   * The metric in what an evaluation returned.
   *
   * @throws {ArgumentError} if there is none of this name; the message has those that there are.
   */
  valueIn(record: Readonly<Record<string, unknown>>): number {
    const value = Object.hasOwn(record, this.metric) ? record[this.metric] : undefined;
    if (typeof value === "number") return value;
    const names = Object.keys(record).filter((name) => typeof record[name] === "number");
    throw new ArgumentError(
      `The best epoch is chosen by "${this.metric}", which the evaluation does not return as a number. ` +
        (names.length > 0
          ? `It returns ${nearest(this.metric, names, 8).join(", ")}.`
          : "It returns none."),
    );
  }

  /** Takes note of an evaluation's value, at the end of an epoch (from 1). */
  update(value: number, epoch: number): Verdict {
    const best = this.#state.value;
    const gain = best === null ? Infinity : this.mode === "max" ? value - best : best - value;
    const improved = Number.isFinite(value) && gain > this.minDelta;
    this.#state = improved
      ? { value, epoch, waited: 0 }
      : { ...this.#state, waited: this.#state.waited + 1 };
    return { improved, stop: this.#state.waited >= this.patience };
  }

  /** The state to save. */
  state(): BestState {
    return { ...this.#state };
  }

  /**
   * Goes on from a saved state.
   *
   * @throws {ArgumentError} if it is none.
   */
  restore(state: BestState): void {
    const { value, epoch, waited } = state ?? {};
    const whole = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 0;
    const fits = (value === null) === (epoch === null) && whole(waited) &&
      (value === null || (Number.isFinite(value) && whole(epoch)));
    if (!fits) {
      throw new ArgumentError(
        `Best: this is no saved state: ${JSON.stringify(state)}; give what state() returned.`,
      );
    }
    this.#state = { value, epoch, waited };
  }
}
