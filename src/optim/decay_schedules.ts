/**
 * Schedules that multiply the rate by a factor.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { list } from "../base/option_parts.ts";
import { number, whole } from "../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../base/options.ts";
import { Recurrence } from "./recurrence.ts";
import { ClosedSchedule, Schedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { forGroups } from "./schedule_checks.ts";
import { warmUp } from "./warm_up.ts";

/** The rate that the groups started with, at every step. */
export class Constant extends Schedule {
  /** The same at every step. */
  constructor(optimizer: Scheduled) {
    super(optimizer, (_, lr) => lr);
  }
}

/** Options of {@linkcode ConstantLR}. */
export interface ConstantLROptions {
  /** What the rate is multiplied by at first, from 0 to 1; 1/3 by default. */
  factor?: number;
  /** After so many steps it is the rate itself; 5 by default. */
  totalIters?: number;
}

/** The declaration of {@linkcode ConstantLROptions}. */
export const CONSTANT_LR_OPTIONS: OptionTable<ConstantLROptions> = {
  factor: number({
    default: 1 / 3,
    min: 0,
    max: 1,
    help: "what the rate is multiplied by at first",
  }),
  totalIters: whole({ default: 5, min: 1, help: "after so many steps it is the rate itself" }),
};

/** The rate times `factor`, and from step `totalIters` on the rate itself (PyTorch's `ConstantLR`). */
export class ConstantLR extends Schedule {
  /**
   * Low at first, and then the rate itself.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: ConstantLROptions = {}) {
    const { factor, totalIters } = resolveOptions("ConstantLR", CONSTANT_LR_OPTIONS, options);
    super(optimizer, (step, lr) => step < totalIters ? lr * factor : lr);
  }
}

/** Options of {@linkcode LinearLR}. */
export interface LinearLROptions {
  /** What the rate is multiplied by at step 0, from 0 to 1; 1/3 by default. */
  startFactor?: number;
  /** What the rate is multiplied by from step `totalIters` on, from 0 to 1; 1 by default. */
  endFactor?: number;
  /** How many steps it takes from the one to the other; 5 by default. */
  totalIters?: number;
}

/** The declaration of {@linkcode LinearLROptions}. */
export const LINEAR_LR_OPTIONS: OptionTable<LinearLROptions> = {
  startFactor: number({ default: 1 / 3, min: 0, max: 1, help: "the factor at step 0" }),
  endFactor: number({ default: 1, min: 0, max: 1, help: "the factor from step totalIters on" }),
  totalIters: whole({
    default: 5,
    min: 1,
    help: "how many steps it takes from the one to the other",
  }),
};

/** The rate times a factor that goes linearly from one value to another (PyTorch's `LinearLR`). */
export class LinearLR extends Schedule {
  /**
   * From one factor to another.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: LinearLROptions = {}) {
    const { startFactor, endFactor, totalIters } = resolveOptions(
      "LinearLR",
      LINEAR_LR_OPTIONS,
      options,
    );
    super(optimizer, (step, lr) => {
      const part = Math.min(step, totalIters) / totalIters;
      return lr * (startFactor + (endFactor - startFactor) * part);
    });
  }
}

/** Options of {@linkcode LinearWarmup}. */
export interface LinearWarmupOptions {
  /** How many steps it takes to the rate itself. */
  steps: number;
  /** What the rate is multiplied by at step 0; 0 by default. */
  startFactor?: number;
}

/** The declaration of {@linkcode LinearWarmupOptions}. */
export const LINEAR_WARMUP_OPTIONS: OptionTable<LinearWarmupOptions> = {
  steps: whole({ min: 1, help: "how many steps it takes to the rate itself" }),
  startFactor: number({ default: 0, min: 0, help: "what the rate is multiplied by at step 0" }),
};

/** Grows linearly to the rate, which then stays (PyTorch's `LinearLR` with an end factor of 1). */
export class LinearWarmup extends Schedule {
  /**
   * `startFactor` times the rate is where it starts; 0 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: LinearWarmupOptions) {
    const { steps, startFactor } = resolveOptions("LinearWarmup", LINEAR_WARMUP_OPTIONS, options);
    super(optimizer, (step, lr) => lr * warmUp(step, steps, startFactor));
  }
}

/** Options of {@linkcode PolynomialLR}. */
export interface PolynomialLROptions {
  /** From this step on the rate is 0; 5 by default. */
  totalIters?: number;
  /** The exponent; 1 by default. */
  power?: number;
}

/** The declaration of {@linkcode PolynomialLROptions}. */
export const POLYNOMIAL_LR_OPTIONS: OptionTable<PolynomialLROptions> = {
  totalIters: whole({ default: 5, min: 1, help: "from this step on the rate is 0" }),
  power: number({ default: 1, min: 0, help: "the exponent" }),
};

/** The rate times (1 - t / totalIters) to the power of `power`, and then 0 (PyTorch's `PolynomialLR`). */
export class PolynomialLR extends Schedule {
  /**
   * From the rate to 0.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: PolynomialLROptions = {}) {
    const { totalIters, power } = resolveOptions("PolynomialLR", POLYNOMIAL_LR_OPTIONS, options);
    super(optimizer, (step, lr) => lr * (1 - Math.min(step, totalIters) / totalIters) ** power);
  }
}

/** Options of {@linkcode StepLR}. */
export interface StepLROptions {
  /** The steps from one fall to the next. */
  stepSize: number;
  /** What the rate is multiplied by at each; 0.1 by default. */
  gamma?: number;
}

/** The declaration of {@linkcode StepLROptions}. */
export const STEP_LR_OPTIONS: OptionTable<StepLROptions> = {
  stepSize: whole({ min: 1, help: "the steps from one fall to the next" }),
  gamma: number({ default: 0.1, min: 0, help: "what the rate is multiplied by at each" }),
};

/** The rate times `gamma` after every `stepSize` steps (PyTorch's `StepLR`). */
export class StepLR extends Schedule {
  /**
   * `gamma` is 0.1 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: StepLROptions) {
    const { stepSize, gamma } = resolveOptions("StepLR", STEP_LR_OPTIONS, options);
    super(optimizer, (step, lr) => lr * gamma ** Math.floor(step / stepSize));
  }
}

/** Options of {@linkcode MultiStepLR}. */
export interface MultiStepLROptions {
  /** The steps at which the rate falls. */
  milestones: readonly number[];
  /** What the rate is multiplied by at each; 0.1 by default. */
  gamma?: number;
}

/** The declaration of {@linkcode MultiStepLROptions}. */
export const MULTI_STEP_LR_OPTIONS: OptionTable<MultiStepLROptions> = {
  milestones: list(whole({ min: 0 }), { help: "the steps at which the rate falls" }),
  gamma: number({ default: 0.1, min: 0, help: "what the rate is multiplied by at each" }),
};

/** The rate times `gamma` at every milestone (PyTorch's `MultiStepLR`). */
export class MultiStepLR extends Schedule {
  /**
   * `gamma` is 0.1 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: MultiStepLROptions) {
    const { milestones, gamma } = resolveOptions("MultiStepLR", MULTI_STEP_LR_OPTIONS, options);
    super(optimizer, (step, lr) => lr * gamma ** milestones.filter((m) => m <= step).length);
  }
}

/** Options of {@linkcode ExponentialLR}. */
export interface ExponentialLROptions {
  /** What the rate is multiplied by after every step; between 0 and 1 for a falling rate. */
  gamma: number;
}

/** The declaration of {@linkcode ExponentialLROptions}. */
export const EXPONENTIAL_LR_OPTIONS: OptionTable<ExponentialLROptions> = {
  gamma: number({ min: 0, help: "what the rate is multiplied by after every step" }),
};

/** The rate times `gamma` after every step (PyTorch's `ExponentialLR`). */
export class ExponentialLR extends Schedule {
  /**
   * `gamma` is between 0 and 1 for a falling rate.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(optimizer: Scheduled, options: ExponentialLROptions) {
    const { gamma } = resolveOptions("ExponentialLR", EXPONENTIAL_LR_OPTIONS, options);
    super(optimizer, (step, lr) => lr * gamma ** step);
  }
}

/** A factor by the step's number. */
export type Factor = (step: number) => number;

function factorsOf(
  schedule: string,
  factor: Factor | readonly Factor[],
  optimizer: Scheduled,
): readonly Factor[] {
  const factors = forGroups<Factor>(schedule, "its factor", factor, optimizer, "functions");
  const wrong = factors.find((one) => typeof one !== "function");
  if (wrong === undefined) return factors;
  throw new ArgumentError(
    `${schedule}: its factor is a function of the step, got ${typeof wrong}.`,
  );
}

/**
 * The rate times a function of the step (PyTorch's `LambdaLR`).
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new optim.LambdaLR(optimizer, (step) => 1 / (1 + step));
 * schedule.step();
 * optimizer.lr; // 0.05
 * ```
 */
export class LambdaLR extends ClosedSchedule {
  /**
   * With one function for all groups, or one for each.
   *
   * @throws {ArgumentError} if there is not one for each group, or one gives no rate.
   */
  constructor(optimizer: Scheduled, factor: Factor | readonly Factor[]) {
    const factors = factorsOf("LambdaLR", factor, optimizer);
    super(optimizer, (step, lr, group) => lr * (factors[group] ?? factors[0])(step));
  }
}

/**
 * After every step the rate times a function of the step: the product of its values from step 1 on (PyTorch's
 * `MultiplicativeLR`).
 */
export class MultiplicativeLR extends Schedule {
  readonly #factors: readonly Factor[];
  readonly #products: Recurrence;

  /**
   * With one function for all groups, or one for each; it must give the same for a step whenever it is asked.
   *
   * @throws {ArgumentError} if there is not one for each group, or one gives no rate.
   */
  constructor(optimizer: Scheduled, factor: Factor | readonly Factor[]) {
    const factors = factorsOf("MultiplicativeLR", factor, optimizer);
    const products = new Recurrence(
      () => 1,
      (product, step, group) => product * (factors[group] ?? factors[0])(step),
    );
    super(optimizer, (step, lr, group) => lr * products.at(step, group));
    this.#factors = factors;
    this.#products = products;
  }

  /** The rate at a step, going on from a rate that another schedule has left; step 0 then counts too. @ignore */
  goOnFrom(lr: number, step: number, group: number): number {
    const first = (this.#factors[group] ?? this.#factors[0])(0);
    return lr * first * this.#products.at(step, group);
  }
}
