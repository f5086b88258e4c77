/**
 * Schedules made of schedules.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { MultiplicativeLR } from "./decay_schedules.ts";
import { ReduceLROnPlateau } from "./plateau.ts";
import { Recurrence } from "./recurrence.ts";
import { ClosedSchedule, Schedule } from "./schedule.ts";
import type { Scheduled } from "./scheduled.ts";
import { checkSteps } from "./schedule_checks.ts";

function checkParts(name: string, optimizer: Scheduled, schedules: readonly Schedule[]): void {
  if (schedules.length === 0) {
    throw new ArgumentError(`${name}: there are no schedules; give at least one.`);
  }
  schedules.forEach((schedule, i) => {
    const fault = !(schedule instanceof Schedule)
      ? `is a ${typeof schedule}, not a schedule`
      : schedule instanceof ReduceLROnPlateau
      ? "is a ReduceLROnPlateau, whose rates do not depend on the step; use it by itself"
      : !schedule.isOf(optimizer)
      ? "is of another optimizer"
      : null;
    if (fault !== null) throw new ArgumentError(`${name}: schedule ${i} ${fault}.`);
  });
}

/**
 * One schedule after another: each starts from its own step 0 when its milestone is reached (PyTorch's
 * `SequentialLR`).
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
 * new optim.SequentialSchedule(optimizer, [
 *   new optim.LinearWarmup(optimizer, { steps: 100 }),
 *   new optim.StepLR(optimizer, { stepSize: 1000 }),
 * ], [100]);
 * ```
 */
export class SequentialSchedule extends ClosedSchedule {
  /**
   * `milestones` are the steps at which the second, third, … schedule starts.
   *
   * @throws {ArgumentError} if there is not one milestone fewer than schedules, they do not rise, or a schedule is
   * of another optimizer.
   */
  constructor(
    optimizer: Scheduled,
    schedules: readonly Schedule[],
    milestones: readonly number[],
  ) {
    if (schedules.length === 0 || milestones.length !== schedules.length - 1) {
      throw new ArgumentError(
        `SequentialSchedule: ${schedules.length} schedules need ${
          Math.max(0, schedules.length - 1)
        } milestones, got ${milestones.length}.`,
      );
    }
    milestones.forEach((milestone, i) => {
      checkSteps("SequentialSchedule", `milestone ${i}`, milestone, (milestones[i - 1] ?? 0) + 1);
    });
    checkParts("SequentialSchedule", optimizer, schedules);
    const placeAt = (step: number) => milestones.filter((milestone) => milestone <= step).length;
    const start = (place: number) => milestones[place - 1] ?? 0;
    const rateAt = (place: number, step: number, group: number): number => {
      const schedule = schedules[place];
      const own = step - start(place);
      // What only multiplies goes on from where the one before has ended.
      return place > 0 && schedule instanceof MultiplicativeLR
        ? schedule.goOnFrom(rateAt(place - 1, start(place) - 1, group), own, group)
        : schedule.rate(own, group);
    };
    super(
      optimizer,
      (step, _, group) => rateAt(placeAt(step), step, group),
      (step, group) => {
        const place = placeAt(step);
        return schedules[place].momentum(step - start(place), group);
      },
    );
  }
}

/**
 * Several schedules at once: each changes the rate that those before it have left (PyTorch's `ChainedScheduler`).
 * Those that multiply the rate multiply what there is; `LambdaLR`, `CyclicLR`, `OneCycle` and
 * `CosineAnnealingWarmRestarts` set it anew, as they do there.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 1 });
 * const schedule = new optim.ChainedScheduler(optimizer, [
 *   new optim.ConstantLR(optimizer, { factor: 0.1, totalIters: 2 }),
 *   new optim.ExponentialLR(optimizer, { gamma: 0.9 }),
 * ]);
 * schedule.lrAt(1); // 0.09
 * ```
 */
export class ChainedScheduler extends ClosedSchedule {
  /**
   * `schedules` are applied in their order.
   *
   * @throws {ArgumentError} if there is none, or one is of another optimizer.
   */
  constructor(optimizer: Scheduled, schedules: readonly Schedule[]) {
    checkParts("ChainedScheduler", optimizer, schedules);
    const parts = [...schedules];
    const all = (lr: number, step: number, group: number): number =>
      parts.reduce((rate, schedule) => schedule.chain(rate, step, group), lr);
    const rates = new Recurrence(
      // Each has set the rates that its groups start with.
      (group) => all(optimizer.paramGroups[group].initialLr!, 0, group),
      all,
    );
    super(
      optimizer,
      (step, _, group) => rates.at(step, group),
      (step, group) =>
        parts.map((schedule) => schedule.momentum(step, group))
          .findLast((momentum) => momentum !== undefined),
    );
  }
}
