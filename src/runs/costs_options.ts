/**
 * How the costs of a run are measured.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** How `measureCosts` measures. */
export interface CostsOptions {
  /** How many images at once; 1 and 32 by default. */
  batches?: readonly number[];
  /** How many threads an operation may use; 1 and 2 by default. */
  threads?: readonly number[];
  /** The most seconds that one measurement may take; 10 by default. What takes longer is left out, and said to be. */
  budget?: number;
  /** Measures a tenth as long, less exactly: a budget of 1 second where none is given. */
  quick?: boolean;
  /** Where teachers that are recipes are kept; `teachers` in the package's cache by default. */
  cache?: string;
  /** Stops between two calls; nothing is written then. */
  signal?: AbortSignal;
  /** Whether to show progress on standard error; true by default. */
  progress?: boolean;
}

/**
 * Fills in what is left out: numbers ascending, each once.
 *
 * @throws {ArgumentError} if there is nothing to measure, or a number cannot be meant.
 */
export function measuredWith(
  { batches = [1, 32], threads = [1, 2], budget, quick = false }: CostsOptions,
): { batches: number[]; threads: number[]; budget: number } {
  const seconds = budget ?? (quick ? 1 : 10);
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new ArgumentError(`The budget of a measurement is seconds above 0, got ${seconds}.`);
  }
  return {
    batches: wholes(batches, "How many images at once", 4096),
    threads: wholes(threads, "The number of threads", 1024),
    budget: seconds,
  };
}

function wholes(values: readonly number[], what: string, most: number): number[] {
  const wrong = values.find((value) => !Number.isSafeInteger(value) || value < 1 || value > most);
  if (wrong !== undefined || values.length === 0) {
    throw new ArgumentError(
      `${what} to measure with: whole numbers from 1 to ${most}, got ${wrong ?? "none"}.`,
    );
  }
  return [...new Set(values)].sort((a, b) => a - b);
}
