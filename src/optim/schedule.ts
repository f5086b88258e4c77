/**
 * What all learning-rate schedules share.
 *
 * @module
 */

import { ArgumentError, IndexError } from "../base/errors.ts";
import type { BaseOptions, FilledGroup } from "./groups.ts";
import { checkSteps } from "./schedule_checks.ts";
import type { Scheduled } from "./scheduled.ts";

/** The learning rate at a step, from the group's own rate at the start, for the group at a place. */
export type Rule = (step: number, initialLr: number, group: number) => number;

/** What a schedule may set besides the rate. */
interface WithMomentum {
  momentum?: number;
  betas?: readonly [number, number];
}

/**
 * Sets an optimizer's learning rates step by step.
 *
 * A schedule is a pure function of the step number and of the rates that the groups started with
 * (`initialLr`): going on from a saved step gives the same rates. It sets the rates of step 0 when it
 * is made; call {@linkcode Schedule.step} after every step of the optimizer, or after every epoch, to
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
  readonly #momentum: ((step: number, group: number) => number | undefined) | undefined;
  #step = 0;

  /**
   * A schedule by a rule of your own.
   *
   * @throws {ArgumentError} if the rule gives something else than a number of at least 0.
   */
  constructor(
    optimizer: Scheduled,
    rule: Rule,
    momentum?: (step: number, group: number) => number | undefined,
  ) {
    if (typeof rule !== "function") {
      throw new ArgumentError(`A schedule's rule is a function, got ${typeof rule}.`);
    }
    this.#groups = optimizer.paramGroups;
    this.#rule = rule;
    this.#momentum = momentum;
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

  /**
   * The rate of a group (the first by default) at any step. Changes nothing.
   *
   * @throws {ArgumentError} if the step is not a whole number of at least 0.
   * @throws {IndexError} if there is no such group.
   */
  lrAt(step: number, group = 0): number {
    checkSteps(this.constructor.name, "the step", step, 0);
    this.checkGroup(group);
    return this.rate(step, group);
  }

  /** Throws if there is no group at `group`. @ignore */
  protected checkGroup(group: number): void {
    const count = this.#groups.length;
    if (Number.isSafeInteger(group) && group >= 0 && group < count) return;
    throw new IndexError(
      `${this.constructor.name}: there is no group ${group}; the optimizer has ${count}, from 0 to ${
        count - 1
      }.`,
    );
  }

  /** The rate that a group started with; parameters that join late start with the one they have. */
  #initial(group: number): number {
    const own = this.#groups[group];
    return own.initialLr ??= own.lr;
  }

  /** The rate at a step. @ignore */
  rate(step: number, group: number): number {
    const lr = this.#rule(step, this.#initial(group), group);
    if (lr >= 0 && lr < Infinity) return lr;
    throw new ArgumentError(
      `${this.constructor.name}: the rate of group ${group} at step ${step} is ${lr}; it must be a number ` +
        `of at least 0.`,
    );
  }

  /** The momentum at a step, if the schedule sets one. @ignore */
  momentum(step: number, group: number): number | undefined {
    return this.#momentum?.(step, group);
  }

  /**
   * What a step makes of a rate that other schedules have a part in, as PyTorch's `ChainedScheduler` has it: most
   * schedules multiply it. @ignore
   */
  chain(lr: number, step: number, group: number): number {
    const before = step === 0 ? this.#initial(group) : this.rate(step - 1, group);
    return before === 0 ? lr : lr * this.rate(step, group) / before;
  }

  /** Whether the schedule sets the rates of this optimizer. @ignore */
  isOf(optimizer: Scheduled): boolean {
    return this.#groups === optimizer.paramGroups;
  }

  /**
   * Goes to the next step, or to `to`, and sets the rates.
   *
   * @throws {ArgumentError} if `to` is not a whole number of at least 0.
   */
  step(to: number = this.#step + 1): void {
    checkSteps(this.constructor.name, "the step", to, 0);
    this.#step = to;
    this.apply();
  }

  /** Sets the rates of the current step, and the momenta if it has any. */
  protected apply(): void {
    for (let i = 0; i < this.#groups.length; i++) {
      const group: FilledGroup<BaseOptions> & WithMomentum = this.#groups[i];
      group.lr = this.rate(this.#step, i);
      const momentum = this.momentum(this.#step, i);
      if (momentum === undefined) continue;
      if (group.betas) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    }
  }

  /** What to save: the step, and what else is not known from it. */
  stateDict(): { step: number; [name: string]: number } {
    return { step: this.#step };
  }

  /**
   * Goes to a saved step.
   *
   * @throws {ArgumentError} if the state is none.
   */
  loadStateDict(state: { step: number; [name: string]: number }): void {
    checkSteps(this.constructor.name, "the step", state.step, 0);
    this.step(state.step);
  }
}

/** A schedule whose rates do not build on one another: in a chain it sets them anew. */
export class ClosedSchedule extends Schedule {
  /** The schedule's own rate, whatever that of the others is. @ignore */
  override chain(_lr: number, step: number, group: number): number {
    return this.rate(step, group);
  }
}
