/**
 * The student of the best epoch.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Resolved } from "../base/options.ts";
import type { MetricRecord } from "../report/metrics.ts";
import type { BestRecipe } from "./recipe.ts";

/** Remembers the best value of a metric, and says when to stop waiting for a better one. */
export class BestStudent {
  readonly #recipe: Resolved<BestRecipe>;
  #value: number | null = null;
  #waited = 0;

  /** Goes on from what was recorded before a break. */
  constructor(recipe: Resolved<BestRecipe>, records: readonly MetricRecord[]) {
    this.#recipe = recipe;
    for (const record of records) {
      if (record.event === "epoch" && recipe.metric in record) this.update(record);
    }
  }

  /** Whether no epoch was better for as long as the recipe waits. */
  get stop(): boolean {
    return this.#waited >= (this.#recipe.patience ?? Infinity);
  }

  /**
   * Takes the evaluation of an epoch; true if it is the best so far. NaN never is.
   *
   * @throws {ArgumentError} if the metric is not among what was measured.
   */
  update(record: Readonly<Record<string, unknown>>): boolean {
    const { metric, mode, minDelta } = this.#recipe;
    const value = record[metric];
    if (typeof value !== "number") {
      throw new ArgumentError(
        `best.metric is "${metric}", and what is measured after an epoch is ${
          Object.keys(record).filter((name) => typeof record[name] === "number").join(", ")
        }. Name one of these, and give data.validation.`,
      );
    }
    const gain = mode === "max"
      ? value - (this.#value ?? -Infinity)
      : (this.#value ?? Infinity) - value;
    const better = gain > minDelta;
    if (better) this.#value = value;
    this.#waited = better ? 0 : this.#waited + 1;
    return better;
  }
}
