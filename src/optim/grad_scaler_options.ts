/**
 * Options of the scaling of gradients, and what is saved of it.
 *
 * @module
 */

import { flag, number, whole } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of {@linkcode GradScaler}. */
export interface GradScalerOptions {
  /** What losses are multiplied by at first; 65,536 by default. */
  initScale?: number;
  /** What the scale is multiplied by after `growthInterval` steps without overflow, above 1; 2 by default. */
  growthFactor?: number;
  /** What the scale is multiplied by after an overflow, between 0 and 1; 0.5 by default. */
  backoffFactor?: number;
  /** How many steps in a row without overflow make it grow; 2,000 by default. */
  growthInterval?: number;
  /** Whether anything is scaled; true by default. Otherwise losses are as they are and every step is made. */
  enabled?: boolean;
}

/** The declaration of {@linkcode GradScalerOptions}. */
export const GRAD_SCALER_OPTIONS: OptionTable<GradScalerOptions> = {
  initScale: number({
    default: 65536,
    above: 0,
    max: 3.4028234663852886e38,
    help: "what losses are multiplied by at first",
  }),
  growthFactor: number({ default: 2, above: 1, help: "what the scale is multiplied by to grow" }),
  backoffFactor: number({
    default: 0.5,
    above: 0,
    below: 1,
    help: "what the scale is multiplied by after an overflow",
  }),
  growthInterval: whole({
    default: 2000,
    min: 1,
    help: "how many steps in a row without overflow make the scale grow",
  }),
  enabled: flag({ default: true, help: "whether anything is scaled" }),
};

/** What is saved of a {@linkcode GradScaler}, as plain data. */
export interface GradScalerState {
  /** The scale. */
  scale: number;
  /** The steps in a row without overflow. */
  growthTracker: number;
}

/** What a scaler needs of an optimizer. */
export type ScaledOptimizer = Pick<Optimizer, "step" | "paramGroups">;
