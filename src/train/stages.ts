/**
 * The stages of a run, and which of them each epoch is of.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { ManyStages, SingleStage } from "./fit.ts";
import type { Stage, Trainable } from "./method.ts";

// deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
type AnyStage = Stage<any>;

/** The stages of a run. */
export interface Stages {
  /** The kinds of epoch. */
  readonly stages: readonly AnyStage[];
  /** Which of them an epoch is of, by its place. */
  readonly stageOf: (epoch: number) => number;
}

/**
 * The stages that options describe. A method that has several is given an optimizer for each, and takes turns as it says.
 *
 * @throws {ArgumentError} if a method of several stages is used as if it had one, or they are not the stages given.
 */
export function stagesOf<B extends Disposable>(options: SingleStage<B> | ManyStages): Stages {
  if (!("stages" in options) || options.stages === undefined) {
    const { method, optimizer, schedule, batches, name = "training" } = options as SingleStage<B>;
    refuseSeveral(method);
    const step = (batch: B) => method.step(batch);
    return { stages: [{ name, step, optimizer, schedule, batches }], stageOf: () => 0 };
  }
  const { method, stages, stageOf } = options;
  const inTurn = (epoch: number) => epoch % stages.length;
  return { stages, stageOf: stageOf ?? byMethod(method, stages) ?? inTurn };
}

function refuseSeveral(method: Trainable): void {
  const names = method.stageNames ?? [];
  if (names.length < 2) return;
  const [first] = names;
  throw new ArgumentError(
    `${nameOf(method)} has ${names.length} stages that take turns, ${
      names.map((name) => `"${name}"`).join(" and ")
    }, and each trains other parameters: with one optimizer for both, one of them would never learn. Give fit ` +
      `{ method, stages: [{ name: "${first}", step, optimizer, batches }, …] } with an optimizer for each; ` +
      `the example of ${nameOf(method)} in its documentation shows how.`,
  );
}

/** The turns that a method of several stages takes by itself, such as `alternate` of CustomKD. */
function byMethod(
  method: Trainable,
  stages: readonly AnyStage[],
): ((epoch: number) => number) | undefined {
  const names = method.stageNames ?? [];
  if (names.length < 2 || method.stageOf === undefined) return undefined;
  const given = stages.map(({ name }) => name);
  if (given.length !== names.length || !names.every((name) => given.includes(name))) {
    throw new ArgumentError(
      `The stages of ${nameOf(method)} are called ${names.join(", ")}, and those given ${
        given.join(", ") || "none"
      }. Give each of its stages under its name, or say with stageOf which stage an epoch is of.`,
    );
  }
  return (epoch) => given.indexOf(method.stageOf!(epoch));
}

function nameOf(method: Trainable): string {
  return method.constructor.name;
}
