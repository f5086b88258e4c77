/**
 * The stages of a run, and which of them each epoch is of.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { say } from "../base/progress.ts";
import { Accumulation } from "../optim/accumulation.ts";
import type { ManyStages, PerStage, SingleStage } from "./fit_options.ts";
import { planOf } from "./loop_checks.ts";
import type { AnyStage } from "./loop_parts.ts";
import type {
  Batches,
  OptimizerChoice,
  ScheduleChoice,
  StagedMethod,
  StepOptimizer,
  StepSchedule,
  Trainable,
} from "./stage.ts";

/** The stages of a run, and the optimizers that were made for it. */
export interface Stages extends Disposable {
  /** The kinds of epoch. */
  readonly stages: readonly AnyStage[];
  /** The stage of every epoch, by its place. */
  readonly plan: Uint32Array;
}

/**
 * The stages that options describe. A method that has several is given an optimizer for each, and takes turns as it says.
 *
 * @throws {ArgumentError} if a method of several stages is used as if it had one, or they are not the stages given.
 */
export function stagesOf<B extends Disposable, S extends string>(
  options: SingleStage<B> | PerStage<B, S> | ManyStages,
): Stages {
  if ("stages" in options && options.stages !== undefined) return given(options);
  if ("optimizers" in options && options.optimizers !== undefined) return perStage(options);
  return single(options as SingleStage<B>);
}

function single<B extends Disposable>(options: SingleStage<B>): Stages {
  const { method, batches, name = "training", epochs, optimizer, schedule } = options;
  refuseSeveral(method);
  const plan = planOf(epochs, 1, () => 0);
  const made = new DisposableStack();
  const learns = () => method.stages?.[0].learns() ?? [];
  const built = build(made, { optimizer, schedule }, learns, epochs, batches, options.accumulate);
  const step = (batch: B) => method.step(batch);
  return owned([{ name, step, ...built, batches }], plan, made);
}

function perStage<B extends Disposable, S extends string>(options: PerStage<B, S>): Stages {
  const { method, optimizers, schedules, batches, epochs } = options;
  const names = method.stages.map(({ name }) => name);
  checkNames(method, names, Object.keys(optimizers), "optimizers");
  checkNames(method, names, Object.keys(schedules ?? {}), "schedules", false);
  const plan = planOf(epochs, names.length, (epoch) => names.indexOf(method.stageOf(epoch)));
  const made = new DisposableStack();
  const stages = method.stages.map(({ name, images, learns }, place): AnyStage => {
    const own = plan.reduce((count, at) => count + (at === place ? 1 : 0), 0);
    const chosen = { optimizer: optimizers[name], schedule: schedules?.[name] };
    if (own === 0 && epochs > 0) {
      say(
        `${
          options.name ?? nameOf(method)
        }: none of the ${epochs} epochs is of the stage "${name}", so that what it ` +
          `trains stays as it is.`,
      );
    }
    const built = build(made, chosen, learns, own, batches, options.accumulate);
    return { name, images, step: (batch: B) => method.step(batch, name), ...built, batches };
  });
  return owned(stages, plan, made);
}

function given(options: ManyStages): Stages {
  const { method, stages, stageOf, epochs } = options;
  if (stages.length === 0) throw new ArgumentError("A run needs at least one stage.");
  const inTurn = (epoch: number) => epoch % stages.length;
  const plan = planOf(epochs, stages.length, stageOf ?? byMethod(method, stages) ?? inTurn);
  return owned(stages, plan, new DisposableStack());
}

function owned(stages: readonly AnyStage[], plan: Uint32Array, made: DisposableStack): Stages {
  return { stages, plan, [Symbol.dispose]: () => made.dispose() };
}

/** Makes optimizer and schedule of a stage, where they are not there yet. */
function build<B>(
  made: DisposableStack,
  { optimizer: chosen, schedule: chosenSchedule }: {
    optimizer: OptimizerChoice;
    schedule?: ScheduleChoice;
  },
  learns: () => ReturnType<StagedMethod<B, string>["stages"][number]["learns"]>,
  epochs: number,
  batches: Batches<B>,
  accumulate = 1,
): { optimizer: StepOptimizer; schedule?: StepSchedule } {
  const optimizer = typeof chosen === "function" ? made.use(chosen(learns())) : chosen;
  const steps = epochs * new Accumulation(accumulate).stepsOf(batches.length);
  const schedule = typeof chosenSchedule === "function"
    ? chosenSchedule(optimizer, Math.max(1, steps))
    : chosenSchedule;
  return { optimizer, schedule };
}

function refuseSeveral(method: Trainable): void {
  const names = (method.stages ?? []).map(({ name }) => name);
  if (names.length < 2) return;
  const list = names.map((name) => `"${name}"`).join(" and ");
  throw new ArgumentError(
    `${
      nameOf(method)
    } has ${names.length} stages that take turns, ${list}, and each trains other parameters: with one ` +
      `optimizer for both, one of them would never learn. Give fit { method, optimizers: { ${
        names[0]
      }: ` +
      `(params) => new optim.AdamW(params, { lr }), … }, batches } with one for each.`,
  );
}

function checkNames(
  method: Trainable,
  names: readonly string[],
  got: readonly string[],
  what: string,
  all = true,
): void {
  const wrong = got.filter((name) => !names.includes(name));
  const lacking = all ? names.filter((name) => !got.includes(name)) : [];
  if (wrong.length === 0 && lacking.length === 0) return;
  throw new ArgumentError(
    `The stages of ${nameOf(method)} are called ${
      names.join(", ")
    }, and the ${what} given are for ${got.join(", ") || "none"}. Give ${
      all ? "one for each" : "them under these names"
    }.`,
  );
}

/** The turns that a method of several stages takes by itself, such as `alternate` of CustomKD. */
function byMethod(
  method: Trainable,
  stages: readonly AnyStage[],
): ((epoch: number) => number) | undefined {
  const names = (method.stages ?? []).map(({ name }) => name);
  if (names.length < 2 || method.stageOf === undefined) return undefined;
  const got = stages.map(({ name }) => name);
  if (got.length !== names.length || !names.every((name) => got.includes(name))) {
    throw new ArgumentError(
      `The stages of ${nameOf(method)} are called ${names.join(", ")}, and those given ${
        got.join(", ") || "none"
      }. Give each of its stages under its name, or say with stageOf which stage an epoch is of.`,
    );
  }
  return (epoch) => got.indexOf(method.stageOf!(epoch));
}

function nameOf(method: Trainable): string {
  return (method as { name?: unknown }).name as string ?? method.constructor.name;
}
