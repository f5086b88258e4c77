/**
 * Rates that each follow from the one before.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** So many steps are computed at once at most: what is asked for by mistake must not take hours. */
const mostSteps = 20_000_000;

/** A sequence of numbers for each group, of which the last is remembered. */
export class Recurrence {
  readonly #first: (group: number) => number;
  readonly #next: (before: number, step: number, group: number) => number;
  readonly #last = new Map<number, { step: number; value: number }>();

  /** From the number at step 0, and from one to the next. */
  constructor(
    first: (group: number) => number,
    next: (before: number, step: number, group: number) => number,
  ) {
    this.#first = first;
    this.#next = next;
  }

  /**
   * The number at a step.
   *
   * @throws {ArgumentError} if the step is too far away.
   */
  at(step: number, group: number): number {
    const known = this.#last.get(group);
    let { step: at, value } = known !== undefined && known.step <= step
      ? known
      : { step: 0, value: this.#first(group) };
    if (step - at > mostSteps) {
      throw new ArgumentError(
        `The rate of step ${step} follows from that of each step before, ${
          step - at
        } of them; at most ${mostSteps} are computed at once.`,
      );
    }
    while (at < step) value = this.#next(value, ++at, group);
    this.#last.set(group, { step, value });
    return value;
  }
}
