/**
 * Options of moving averages, and what is saved of them.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";

/** Options of {@linkcode Ema}. */
export interface EmaOptions {
  /** How much of the average stays at an update, from 0 to 1; 0.999 by default. */
  decay?: number;
  /**
   * Whether buffers, such as a batch norm's statistics, are averaged too (timm); by default they are copied, as in
   * PyTorch.
   */
  averageBuffers?: boolean;
  /**
   * Grows the decay towards `decay`: at update t (from 0) it is 1 - (1 + t / gamma)^-power, so that early averages
   * forget the untrained weights. `true` is timm's gamma of 1 and power of 2/3; off by default.
   */
  warmup?: boolean | EmaWarmup;
  /** The least decay while it grows; 0 by default. */
  minDecay?: number;
  /** So many updates after the first one still copy the weights; 0 by default. */
  updateAfter?: number;
}

/** How the decay of an {@linkcode Ema} grows. */
export interface EmaWarmup {
  /** How slowly it grows; 1 by default. */
  gamma?: number;
  /** How fast it nears 1; 2/3 by default, 3/4 for short trainings. */
  power?: number;
}

/** What is saved of an {@linkcode Ema}. */
export interface EmaState {
  /** The averages by the names of the model's state dict; not copies. */
  tensors: Record<string, Tensor>;
  /** How many updates there were. */
  scalars: { updates: number };
}
