/**
 * Optimizers and schedules of a recipe.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Named } from "../base/option_parts.ts";
import { nearest } from "../base/nearest.ts";
import { OPTIMIZERS, SCHEDULES } from "../optim/by_name.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule, Scheduled } from "../optim/schedule.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { AnyMethod } from "./methods.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** What the training loop is given for each stage. */
export interface StageMakers {
  /** Makes the optimizer of what the stage trains. */
  readonly optimizer: (params: Tensor[]) => Optimizer;
  /** Makes the schedule of that optimizer. */
  readonly schedule: (optimizer: Scheduled, totalSteps: number) => Schedule;
}

/**
 * What makes optimizer and schedule of each stage of a method, by the stages' names.
 *
 * @throws {ArgumentError} if the recipe has something for a stage that the method does not have.
 */
export function stageMakers(recipe: ResolvedRecipe, method: AnyMethod): Map<string, StageMakers> {
  const names = method.stages.map(({ name }) => name as string);
  const wrong = Object.keys(recipe.stages).find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw new ArgumentError(
      `stages: ${recipe.method.name} has no stage "${wrong}"; did you mean "${
        nearest(wrong, names, 1)[0]
      }"? Its stages are ${names.join(", ")}.`,
    );
  }
  return new Map(names.map((name) => {
    const own = recipe.stages[name];
    return [name, makersOf(own?.optimizer ?? recipe.optimizer, own?.schedule ?? recipe.schedule)];
  }));
}

function makersOf(optimizer: Named, schedule: Named): StageMakers {
  const { name, ...options } = optimizer;
  const { name: scheduleName, ...given } = schedule;
  const { total, make } = SCHEDULES[scheduleName];
  return {
    optimizer: (params) => OPTIMIZERS[name].make(params, options),
    schedule: (own, totalSteps) =>
      make(own, total === undefined ? given : { ...given, [total]: given[total] ?? totalSteps }),
  };
}
