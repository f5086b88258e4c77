/**
 * What all learning-rate schedules share.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import type { BaseOptions, FilledGroup, Optimizer } from "./optimizer.ts";

/** The learning rate at a step, from the group's own rate at the start, for the group at a place. */
export type Rule = (step: number, initialLr: number, group: number) => number;

/** Checks that a count of steps is a whole number of at least `least`. */
export function checkSteps(schedule: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError(
      `${schedule}: ${name} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}

/** Checks that a factor or a rate is a finite number of at least 0. */
export function checkFactor(schedule: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new ArgumentError(`${schedule}: ${name} must be a number of at least 0, got ${value}.`);
  }
}

/**
 * Sets an optimiser's learning rates step by step.
 *
 * A schedule is a pure function of the step number and of the rates that the groups started with
 * (`initialLr`): going on from a saved step gives the same rates. It sets the rates of step 0 when it
 * is made; call {@linkcode Schedule.step} after every step of the optimiser, or after every epoch, to
 * count those.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const halving = new optim.Schedule(optimizer, (step, lr) => lr * 0.5 ** step);
 * halving.step();
 * optimizer.lr; // 0.05
 * ```
 */
export class Schedule {
  readonly #groups: FilledGroup<BaseOptions>[];
  readonly #rule: Rule;
  #step = 0;

  /** A schedule by a rule of your own. */
  // Whatever options the optimiser has beside its rate, no schedule reads them.
  constructor(optimizer: Pick<Optimizer, "paramGroups">, rule: Rule) {
    this.#groups = optimizer.paramGroups;
    this.#rule = rule;
    for (const group of this.#groups) group.initialLr ??= group.lr;
    this.apply();
  }

  /** The steps made so far. */
  get stepCount(): number {
    return this.#step;
  }

  /** The groups whose rates are set. */
  protected get groups(): readonly FilledGroup<BaseOptions>[] {
    return this.#groups;
  }

  /** The rate of a group (the first by default) at any step. Changes nothing. */
  lrAt(step: number, group = 0): number {
    return this.#rule(step, this.#groups[group].initialLr!, group);
  }

  /** Goes to the next step, or to `to`, and sets the rates. */
  step(to: number = this.#step + 1): void {
    checkSteps(this.constructor.name, "the step", to, 0);
    this.#step = to;
    this.apply();
  }

  /** Sets the rates of the current step. */
  protected apply(): void {
    for (let i = 0; i < this.#groups.length; i++) this.#groups[i].lr = this.lrAt(this.#step, i);
  }

  /** The step to save. */
  stateDict(): { step: number } {
    return { step: this.#step };
  }

  /** Goes to a saved step. */
  loadStateDict(state: { step: number }): void {
    this.step(state.step);
  }
}
