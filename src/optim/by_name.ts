/**
 * The optimizers and schedules by name: how recipes have them.
 *
 * @module
 */

import type { AnyTable } from "../base/options.ts";
import type { Tensor } from "../torch/mod.ts";
import { Adam, ADAM_OPTIONS, AdamW, ADAMW_OPTIONS } from "./adam.ts";
import {
  COSINE_ANNEALING_OPTIONS,
  COSINE_ANNEALING_WARM_RESTARTS_OPTIONS,
  CosineAnnealing,
  type CosineAnnealingOptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine_schedules.ts";
import {
  CYCLIC_LR_OPTIONS,
  CyclicLR,
  type CyclicLROptions,
  ONE_CYCLE_OPTIONS,
  OneCycle,
  type OneCycleOptions,
} from "./cycle_schedules.ts";
import {
  Constant,
  EXPONENTIAL_LR_OPTIONS,
  ExponentialLR,
  type ExponentialLROptions,
  LINEAR_WARMUP_OPTIONS,
  LinearWarmup,
  type LinearWarmupOptions,
  MULTI_STEP_LR_OPTIONS,
  MultiStepLR,
  type MultiStepLROptions,
  POLYNOMIAL_LR_OPTIONS,
  PolynomialLR,
  STEP_LR_OPTIONS,
  StepLR,
  type StepLROptions,
} from "./decay_schedules.ts";
import type { ParamGroup } from "./groups.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { EPOCH_COSINE_OPTIONS, EpochCosine, type EpochCosineOptions } from "./epoch_schedules.ts";
import { SGD, SGD_OPTIONS, type SGDOptions } from "./sgd.ts";

/** Options that a table has checked. */
export type CheckedOptions = Readonly<Record<string, unknown>>;

/** An optimizer that is made from parameters and options. */
export interface NamedOptimizer {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** Makes the optimizer; the options are checked. */
  readonly make: (
    params: readonly Tensor[] | readonly ParamGroup[],
    options: CheckedOptions,
  ) => Optimizer;
}

/** How long a run is, and how fast it learns. */
export interface RunCounts {
  /** Steps of the optimizer in all. */
  readonly steps: number;
  /** Epochs. */
  readonly epochs: number;
  /** Steps of the optimizer in one. */
  readonly stepsPerEpoch: number;
  /** The optimizer's learning rates, one for each of its groups. */
  readonly rates: readonly number[];
}

/** A schedule that is made for an optimizer from options. */
export interface NamedSchedule {
  /** The declaration of its options. */
  readonly options: AnyTable;
  /** Options that whoever knows these of a run can fill in. */
  readonly counts?: Readonly<Record<string, keyof RunCounts>>;
  /** Makes the schedule; the options are checked. */
  readonly make: (optimizer: Scheduled, options: CheckedOptions) => Schedule;
}

/** The optimizers by name. */
export const OPTIMIZERS: Readonly<Record<string, NamedOptimizer>> = {
  SGD: {
    options: SGD_OPTIONS,
    make: (params, options) =>
      new SGD(params, options as unknown as SGDOptions) as unknown as Optimizer,
  },
  Adam: {
    options: ADAM_OPTIONS,
    make: (params, options) => new Adam(params, options) as unknown as Optimizer,
  },
  AdamW: {
    options: ADAMW_OPTIONS,
    make: (params, options) => new AdamW(params, options) as unknown as Optimizer,
  },
};

/** The schedules that depend on the step alone, by name. */
export const SCHEDULES: Readonly<Record<string, NamedSchedule>> = {
  Constant: { options: {}, make: (optimizer) => new Constant(optimizer) },
  CosineAnnealing: {
    options: COSINE_ANNEALING_OPTIONS,
    counts: { steps: "steps" },
    make: (optimizer, options) =>
      new CosineAnnealing(optimizer, options as unknown as CosineAnnealingOptions),
  },
  CosineAnnealingWarmRestarts: {
    options: COSINE_ANNEALING_WARM_RESTARTS_OPTIONS,
    make: (optimizer, options) =>
      new CosineAnnealingWarmRestarts(
        optimizer,
        options as unknown as CosineAnnealingWarmRestartsOptions,
      ),
  },
  EpochCosine: {
    options: EPOCH_COSINE_OPTIONS,
    counts: { epochs: "epochs", stepsPerEpoch: "stepsPerEpoch" },
    make: (optimizer, options) =>
      new EpochCosine(optimizer, options as unknown as EpochCosineOptions),
  },
  OneCycle: {
    options: ONE_CYCLE_OPTIONS,
    counts: { maxLr: "rates", totalSteps: "steps" },
    make: (optimizer, options) => new OneCycle(optimizer, options as unknown as OneCycleOptions),
  },
  CyclicLR: {
    options: CYCLIC_LR_OPTIONS,
    make: (optimizer, options) => new CyclicLR(optimizer, options as unknown as CyclicLROptions),
  },
  LinearWarmup: {
    options: LINEAR_WARMUP_OPTIONS,
    make: (optimizer, options) =>
      new LinearWarmup(optimizer, options as unknown as LinearWarmupOptions),
  },
  PolynomialLR: {
    options: POLYNOMIAL_LR_OPTIONS,
    counts: { totalIters: "steps" },
    make: (optimizer, options) => new PolynomialLR(optimizer, options),
  },
  StepLR: {
    options: STEP_LR_OPTIONS,
    make: (optimizer, options) => new StepLR(optimizer, options as unknown as StepLROptions),
  },
  MultiStepLR: {
    options: MULTI_STEP_LR_OPTIONS,
    make: (optimizer, options) =>
      new MultiStepLR(optimizer, options as unknown as MultiStepLROptions),
  },
  ExponentialLR: {
    options: EXPONENTIAL_LR_OPTIONS,
    make: (optimizer, options) =>
      new ExponentialLR(optimizer, options as unknown as ExponentialLROptions),
  },
};
