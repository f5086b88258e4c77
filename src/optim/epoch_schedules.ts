/**
 * A cosine with a warm-up, counted in epochs.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { choice, flag, number, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";
import { ClosedSchedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { warmUp } from "./warm_up.ts";

/** Options of {@linkcode EpochCosine}. */
export interface EpochCosineOptions {
  /** The epochs in all; the warm-up is among them. */
  epochs: number;
  /** The steps of the optimizer in an epoch: `loader.length`, or with accumulation `accumulation.stepsOf(loader.length)`. */
  stepsPerEpoch: number;
  /** Epochs of linear growth at the start, not necessarily whole; 0 by default. */
  warmupEpochs?: number;
  /** What the rate is multiplied by at the first step of the warm-up; 0 by default. */
  warmupStart?: number;
  /**
   * What the rate is multiplied by at the end, from 0 to 1; 0 by default. Groups with rates of their own end at that part
   * of theirs, as timm's with `lr_scale` do.
   */
  minFactor?: number;
  /** Whether the rate changes after every step (the default), or after every epoch, as timm's by default. */
  every?: "step" | "epoch";
  /**
   * Whether the cosine starts where the warm-up ends (the default; timm's `warmup_prefix` with that many fewer epochs,
   * PyTorch's `SequentialLR`). False is timm's default: the cosine runs over all epochs, and the warm-up hides its
   * beginning.
   */
  warmupPrefix?: boolean;
}

/** The declaration of {@linkcode EpochCosineOptions}. */
export const EPOCH_COSINE_OPTIONS: OptionTable<EpochCosineOptions> = {
  epochs: whole({ min: 1, help: "the epochs in all, the warm-up included" }),
  stepsPerEpoch: whole({ min: 1, help: "the steps of the optimizer in an epoch" }),
  warmupEpochs: number({ default: 0, min: 0, help: "epochs of linear growth at the start" }),
  warmupStart: number({ default: 0, min: 0, help: "the factor at the first warm-up step" }),
  minFactor: number({ default: 0, min: 0, max: 1, help: "the factor at the end" }),
  every: choice(["step", "epoch"], { default: "step", help: "after what the rate changes" }),
  warmupPrefix: flag({
    default: true,
    help:
      "whether the cosine starts where the warm-up ends, or at the beginning, which the warm-up hides",
  }),
};

/**
 * Grows linearly for some epochs and falls along half a cosine for the others (Goyal et al., Accurate, large minibatch
 * SGD, 2017, section 2.2; Loshchilov and Hutter, SGDR, 2017, equation 5): timm's `cosine` schedule. The loop steps it
 * after every step of the optimizer. After the last epoch the rate stays.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
 * const schedule = new optim.EpochCosine(optimizer, { epochs: 100, stepsPerEpoch: 391, warmupEpochs: 5 });
 * schedule.lrAt(5 * 391); // 0.001
 * ```
 */
export class EpochCosine extends ClosedSchedule {
  /**
   * From the warm-up's rate up, and down to the least.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: EpochCosineOptions) {
    const { epochs, stepsPerEpoch, warmupEpochs, warmupStart, minFactor, every, warmupPrefix } =
      resolveOptions("EpochCosine", EPOCH_COSINE_OPTIONS, options);
    if (warmupEpochs >= epochs) {
      throw new ArgumentError(
        `EpochCosine: of ${epochs} epochs, ${warmupEpochs} cannot be warm-up; leave some to anneal.`,
      );
    }
    const start = warmupPrefix ? warmupEpochs : 0;
    super(optimizer, (step, lr) => {
      const whole = Math.floor(step / stepsPerEpoch);
      const epoch = every === "epoch" ? whole : step / stepsPerEpoch;
      if (epoch < warmupEpochs) return lr * warmUp(epoch, warmupEpochs, warmupStart);
      const part = Math.min(1, (epoch - start) / (epochs - start));
      return lr * (minFactor + (1 - minFactor) * (1 + Math.cos(Math.PI * part)) / 2);
    });
  }
}
