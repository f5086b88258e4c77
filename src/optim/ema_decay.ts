/**
 * How slowly a moving average follows.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { EmaOptions, EmaWarmup } from "./ema_options.ts";

/** {@linkcode EmaOptions}, checked and filled in. */
export interface EmaDecay {
  readonly decay: number;
  readonly warmup: Required<EmaWarmup> | undefined;
  readonly minDecay: number;
  readonly updateAfter: number;
}

/**
 * Fills in what was left out.
 *
 * @throws {ArgumentError} if an option cannot be used.
 */
export function emaDecayOf(options: EmaOptions): EmaDecay {
  const { decay = 0.999, minDecay = 0, updateAfter = 0, warmup = false } = options;
  const { gamma = 1, power = 2 / 3 } = typeof warmup === "object" ? warmup : {};
  for (const [name, value] of Object.entries({ decay, minDecay })) {
    if (value >= 0 && value <= 1) continue;
    throw new ArgumentError(`Ema: ${name} is a number from 0 to 1, got ${value}.`);
  }
  if (!Number.isSafeInteger(updateAfter) || updateAfter < 0) {
    throw new ArgumentError(
      `Ema: updateAfter is a whole number of at least 0, got ${updateAfter}.`,
    );
  }
  for (const [name, value] of Object.entries({ gamma, power })) {
    if (value > 0 && value < Infinity) continue;
    throw new ArgumentError(`Ema: the warm-up's ${name} is a number above 0, got ${value}.`);
  }
  return { decay, minDecay, updateAfter, warmup: warmup ? { gamma, power } : undefined };
}

/** The decay of the update before which there were `updates`; 0 means that the weights are copied. */
export function decayAt(options: EmaDecay, updates: number): number {
  const step = updates - options.updateAfter;
  if (step <= 0) return 0;
  if (options.warmup === undefined) return options.decay;
  const { gamma, power } = options.warmup;
  const grown = 1 - (1 + step / gamma) ** -power;
  return Math.max(Math.min(grown, options.decay), options.minDecay);
}
