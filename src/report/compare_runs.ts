/**
 * Methods compared over seeds.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { spread } from "./spread.ts";
import { twoSidedP, twoSidedT } from "./student_t.ts";

/** What one run of a method came to. */
export interface ComparedRun {
  /** The method, or whatever is compared: `"UNIFORM"`. */
  method: string;
  /** The seed. Runs of different methods with one seed are a pair: they saw the same data in the same order. */
  seed: number | string;
  /** The figure: accuracy, loss. NaN or null for a run that failed. */
  score: number | null;
}

/** Options of {@linkcode compareRuns}. */
export interface CompareRunsOptions {
  /** The method that the others are tested against (default: none, no test). */
  baseline?: string;
  /** How sure the interval of the difference is to hold it (default 0.95). */
  confidence?: number;
}

/** A method over its seeds. */
export interface MethodComparison {
  /** The method. */
  method: string;
  /** The number of runs that count. */
  seeds: number;
  /** The seeds of those that gave no number and do not count. */
  failed: (number | string)[];
  /** The mean of their scores; null if there is none. */
  mean: number | null;
  /** The standard deviation of the sample (divided by n - 1); null for fewer than two. */
  deviation: number | null;
  /** The test against the baseline; null for the baseline itself, and without one. */
  paired: PairedTest | null;
}

/** A paired t-test of a method against the baseline. */
export interface PairedTest {
  /** The number of seeds that both have. */
  seeds: number;
  /** By how much the method's score is larger, on average over these seeds; null if there is none. */
  difference: number | null;
  /** Where the true difference lies, with the confidence asked for; null where p is. */
  interval: [low: number, high: number] | null;
  /**
   * How likely a difference as large as this, to either side, is between methods that are equally good. Null for fewer
   * than three seeds, and where the difference is the same for every seed: then there is no spread to measure it with.
   */
  p: number | null;
}

/** With two seeds one number would carry both mean and spread. */
const FEWEST_SEEDS = 3;

/**
 * Compares methods over seeds: mean and standard deviation of each, and a paired t-test (two-sided) of each against a
 * baseline, over the seeds that both have. p is not corrected for the number of methods.
 *
 * @returns One entry for each method, in the order in which they first come.
 * @throws {ArgumentError} If two runs have one method and seed, the baseline has no run, or the confidence is not
 * between 0 and 1.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const scores = { KD: [0.91, 0.92, 0.9], UNIFORM: [0.93, 0.935, 0.925] };
 * const runs = Object.entries(scores).flatMap(([method, list]) =>
 *   list.map((score, seed) => ({ method, seed, score }))
 * );
 * const [, uniform] = train.compareRuns(runs, { baseline: "KD" });
 * console.log(uniform.mean, uniform.deviation, uniform.paired?.p);
 * ```
 */
export function compareRuns(
  runs: readonly ComparedRun[],
  options: CompareRunsOptions = {},
): MethodComparison[] {
  const { baseline, confidence = 0.95 } = options;
  if (!(confidence > 0 && confidence < 1)) {
    throw new ArgumentError(
      `Comparison: confidence is ${confidence}; give a number between 0 and 1, such as 0.95.`,
    );
  }
  const methods = new Map<string, Map<number | string, number | null>>();
  for (const { method, seed, score } of runs) {
    let scores = methods.get(method);
    if (!scores) methods.set(method, scores = new Map());
    if (scores.has(seed)) {
      throw new ArgumentError(
        `Comparison: there are two runs of "${method}" with seed ${seed}; give one for each seed.`,
      );
    }
    scores.set(seed, Number.isFinite(score) ? score : null);
  }
  const base = baseline === undefined ? undefined : methods.get(baseline);
  if (baseline !== undefined && base === undefined) {
    throw new ArgumentError(
      `Comparison: the baseline "${baseline}" has no run; choose one of ${
        [...methods.keys()].map((name) => `"${name}"`).join(", ") || "those that have"
      }.`,
    );
  }
  return Array.from(methods, ([method, scores]): MethodComparison => {
    const known = [...scores.values()].filter((score) => score !== null);
    return {
      method,
      seeds: known.length,
      failed: [...scores].filter(([, score]) => score === null).map(([seed]) => seed),
      mean: meanOf(known),
      deviation: deviationOf(known),
      paired: base === undefined || scores === base ? null : pairedTest(scores, base, confidence),
    };
  });
}

type Scores = ReadonlyMap<number | string, number | null>;

function pairedTest(scores: Scores, base: Scores, confidence: number): PairedTest {
  const differences: number[] = [];
  let largest = 0;
  for (const [seed, score] of scores) {
    const other = base.get(seed) ?? null;
    if (score === null || other === null) continue;
    differences.push(score - other);
    largest = Math.max(largest, Math.abs(score), Math.abs(other));
  }
  const seeds = differences.length;
  const difference = meanOf(differences);
  const deviation = deviationOf(differences);
  // What rounding leaves of equal differences is no spread.
  if (seeds < FEWEST_SEEDS || difference === null || !(deviation! > 1e-12 * largest)) {
    return { seeds, difference, interval: null, p: null };
  }
  const error = deviation! / Math.sqrt(seeds);
  const reach = twoSidedT(1 - confidence, seeds - 1) * error;
  return {
    seeds,
    difference,
    interval: [difference - reach, difference + reach],
    p: twoSidedP(difference / error, seeds - 1),
  };
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return spread(values).mean;
}

function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  return spread(values).deviation;
}
