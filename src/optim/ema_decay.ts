/**
 * How slowly a moving average follows.
 *
 * @module
 */

import type { Resolved } from "../base/options.ts";
import type { EmaOptions } from "./ema_options.ts";

/** The decay of the update before which there were `updates`; 0 means that the weights are copied. */
export function decayAt(options: Resolved<EmaOptions>, updates: number): number {
  const step = updates - options.updateAfter;
  if (step <= 0) return 0;
  if (!options.warmup) return options.decay;
  const grown = 1 - (1 + step / options.warmupGamma) ** -options.warmupPower;
  return Math.max(Math.min(grown, options.decay), options.minDecay);
}
