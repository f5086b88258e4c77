/**
 * Options of moving averages, and what is saved of them.
 *
 * @module
 */

import { flag, number, whole } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
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
   * Grows the decay towards `decay`: at update t (from 0) it is 1 - (1 + t / warmupGamma)^-warmupPower, so that early
   * averages forget the untrained weights; false by default.
   */
  warmup?: boolean;
  /** How slowly the decay grows; 1 by default. */
  warmupGamma?: number;
  /** How fast it nears 1; 2/3 by default, as timm's. 3/4 suits short trainings. */
  warmupPower?: number;
  /** The least decay while it grows; 0 by default. */
  minDecay?: number;
  /** So many updates after the first one still copy the weights; 0 by default. */
  updateAfter?: number;
}

/** The declaration of {@linkcode EmaOptions}. */
export const EMA_OPTIONS: OptionTable<EmaOptions> = {
  decay: number({
    default: 0.999,
    min: 0,
    max: 1,
    help: "how much of the average stays at an update",
  }),
  averageBuffers: flag({
    default: false,
    help: "averages buffers too, such as statistics of batch norms, which are copied otherwise",
  }),
  warmup: flag({ default: false, help: "grows the decay from 0 on" }),
  warmupGamma: number({ default: 1, above: 0, help: "how slowly the decay grows" }),
  warmupPower: number({ default: 2 / 3, above: 0, help: "how fast the decay nears 1" }),
  minDecay: number({ default: 0, min: 0, max: 1, help: "the least decay while it grows" }),
  updateAfter: whole({
    default: 0,
    min: 0,
    help: "so many updates after the first still copy the weights",
  }),
};

/** What is saved of an {@linkcode Ema}. */
export interface EmaState {
  /** The averages by the names of the model's state dict; not copies. */
  tensors: Record<string, Tensor>;
  /** How many updates there were. */
  scalars: { updates: number };
}
