/**
 * Optimizers and schedules of a recipe.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Named } from "../base/option_parts.ts";
import { nearest } from "../base/nearest.ts";
import { OPTIMIZERS, type RunCounts, SCHEDULES } from "../optim/by_name.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { paramGroups } from "../optim/param_groups.ts";
import type { ParamGroup } from "../optim/groups.ts";
import type { Schedule } from "../optim/schedule.ts";
import type { Scheduled } from "../optim/scheduled.ts";
import type { Classifier } from "../nn/classifier.ts";
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
export function stageMakers(
  recipe: ResolvedRecipe,
  method: AnyMethod,
  stepsPerEpoch: number,
): Map<string, StageMakers> {
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
    const chosen = [own?.optimizer ?? recipe.optimizer, own?.schedule ?? recipe.schedule] as const;
    return [name, makersOf(recipe, method.student, stepsPerEpoch, chosen)];
  }));
}

function makersOf(
  recipe: ResolvedRecipe,
  student: Classifier,
  stepsPerEpoch: number,
  [optimizer, schedule]: readonly [Named, Named],
): StageMakers {
  const { name, ...options } = optimizer;
  const { name: scheduleName, ...given } = schedule;
  const { counts = {}, make } = SCHEDULES[scheduleName];
  return {
    optimizer: (params) =>
      OPTIMIZERS[name].make(inGroups(recipe, student, params, options), options),
    schedule: (own, steps) => {
      const run: RunCounts = {
        steps,
        stepsPerEpoch,
        epochs: Math.max(1, Math.round(steps / stepsPerEpoch)),
        rates: own.paramGroups.map(({ lr }) => lr),
      };
      const filled = Object.entries(counts).map((
        [name, count],
      ) => [name, given[name] ?? run[count]]);
      return make(own, { ...given, ...Object.fromEntries(filled) });
    },
  };
}

/** What a stage trains: the student's part in the groups that the recipe says, the rest in one. */
function inGroups(
  { groups }: ResolvedRecipe,
  student: Classifier,
  params: Tensor[],
  { lr, weightDecay }: Readonly<Record<string, unknown>>,
): Tensor[] | ParamGroup[] {
  if (groups === null) return params;
  const all = new Set(params);
  const own = paramGroups(student, {
    ...groups,
    baseLr: lr as number,
    weightDecay: weightDecay as number,
  }).map(({ label: _, ...group }) => ({
    ...group,
    params: group.params.filter((param) => all.has(param)),
  })).filter(({ params }) => params.length > 0);
  const students = new Set(student.parameters());
  const rest = params.filter((param) => !students.has(param));
  return rest.length === 0 ? own : [...own, { params: rest }];
}
