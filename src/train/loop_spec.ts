/**
 * What decides how a run comes out, as plain data: kept in its checkpoints, so that it is not continued as another one
 * without a word.
 *
 * @module
 */

import { differencesOf, type Spec, type SpecDifference } from "../base/spec.ts";
import { Accumulation } from "../optim/accumulation.ts";
import type { Tensor } from "../torch/mod.ts";
import type { AnyStage, LoopParts, LoopSpec, Rates } from "./loop_parts.ts";
import type { StepOptimizer, Trainable } from "./stage.ts";

/** How many steps a schedule is asked about. */
const SAMPLES = 64;

/** What decides a run, before its first step. */
export async function loopSpec(run: LoopParts): Promise<LoopSpec> {
  const { method, stages, plan, options } = run;
  const rates = stages.map((stage, place) => ratesOf(stage, stepsOf(run, place)));
  const names = namesOf(method);
  const described: Record<string, Spec> = {};
  const keys = stageKeys(stages);
  for (const [place, stage] of stages.entries()) {
    described[keys[place]] = {
      optimizer: optimizerSpec(stage, names),
      batches: {
        length: stage.batches.length,
        ...await stage.batches.spec?.() as Record<string, Spec> | undefined,
      },
    };
  }
  const parts = {
    seed: options.seed,
    clipNorm: options.clipNorm,
    accumulate: (options.accumulate ?? 1) > 1 ? options.accumulate : undefined,
    autocast: options.autocast,
    ema: options.ema as Spec | undefined,
    method: await method.spec?.(),
    stages: described,
  };
  return { parts, rates, plan: Array.from(plan) };
}

/** Options of the groups of each optimizer. */
export type GroupOptions = ReadonlyMap<StepOptimizer, readonly Record<string, Spec>[]>;

/**
 * In what a run differs from the one that a checkpoint is of, as far as it decides the result.
 *
 * @param loaded The optimizers' options that the checkpoint had at its step.
 */
export function loopDifferences(
  saved: LoopSpec,
  now: LoopSpec,
  run: LoopParts,
  loaded: GroupOptions,
): SpecDifference[] {
  const found = differencesOf(saved.parts, now.parts);
  const keys = stageKeys(run.stages);
  run.stages.forEach((stage, place) => {
    const key = keys[place];
    // Without a schedule the rate is one of the options.
    const before = saved.rates[place] ?? {};
    if (
      stage.schedule === undefined && Object.values(before).every((rates) => same(rates, before[0]))
    ) {
      return;
    }
    const steps = Object.keys(before);
    const own = ratesOf(stage, steps.map(Number));
    // A rate that does not depend on the step may have been lowered meanwhile.
    const current = (loaded.get(stage.optimizer) ?? []).map(ratesAlone);
    if (steps.every((step) => same(own[step], current))) return;
    const step = steps.find((step) => !same(before[step], own[step]));
    if (step === undefined) return;
    const [first] = differencesOf(before[step], own[step]);
    // Of many steps one is enough.
    found.push({ ...first, path: `stages.${key}.schedule.step ${step}.groups.${first.path}` });
  });
  const common = Math.min(saved.plan.length, now.plan.length);
  for (let epoch = 0; epoch < common; epoch++) {
    if (saved.plan[epoch] === now.plan[epoch]) continue;
    const name = (place: number) => run.stages[place]?.name ?? place;
    found.push({
      path: `stage of epoch ${epoch + 1}`,
      before: name(saved.plan[epoch]),
      now: name(now.plan[epoch]),
    });
    break;
  }
  return found;
}

function same(a: Spec | undefined, b: Spec | undefined): boolean {
  return a !== undefined && b !== undefined && differencesOf(a, b).length === 0;
}

/** What a schedule may set of a group's options. */
function ratesAlone({ lr, momentum, betas }: Record<string, Spec>): Spec {
  return { lr, momentum, betas };
}

/** The options of every group of an optimizer, without its parameters. */
export function groupOptions(optimizer: StepOptimizer): Record<string, Spec>[] {
  return optimizer.paramGroups.map(({ params: _, ...options }) => {
    const plain = Object.entries(options).filter(([, value]) => isPlain(value));
    // Copies, because a list may be changed in its place.
    return Object.fromEntries(plain.map(([name, value]) => [name, structuredClone(value)]));
  });
}

/** Puts back options that {@linkcode groupOptions} gave. */
function setGroupOptions(
  optimizer: StepOptimizer,
  options: readonly Record<string, Spec>[],
): void {
  optimizer.paramGroups.forEach((group, i) => Object.assign(group, options[i]));
}

/** The stages' names, with a number where a name is taken. */
export function stageKeys(stages: readonly AnyStage[]): string[] {
  const keys: string[] = [];
  for (const { name } of stages) {
    let key = name;
    for (let n = 2; keys.includes(key); n++) key = `${name} (${n})`;
    keys.push(key);
  }
  return keys;
}

function isPlain(value: unknown): boolean {
  return ["number", "boolean", "string"].includes(typeof value) ||
    (Array.isArray(value) && value.every((part) => typeof part === "number"));
}

/** The steps at which a stage's schedule is looked at: the first ones, and others evenly spread over the run. */
function stepsOf({ stages, plan, options }: LoopParts, place: number): number[] {
  const epochs = plan.reduce((count, own) => count + (own === place ? 1 : 0), 0);
  const total = epochs *
    new Accumulation(options.accumulate ?? 1).stepsOf(stages[place].batches.length);
  const steps = new Set([0, 1, 2]);
  for (let i = 0; i <= SAMPLES; i++) steps.add(Math.floor(i * (total - 1) / SAMPLES));
  return [...steps].filter((step) => step >= 0 && step < total).sort((a, b) => a - b);
}

/** What each group has at some steps. The optimizer's options are left as they are. */
function ratesOf({ schedule, optimizer }: AnyStage, steps: readonly number[]): Rates {
  const before = groupOptions(optimizer);
  const state = schedule?.stateDict?.();
  try {
    return Object.fromEntries(steps.map((step) => {
      try {
        schedule?.step(step);
      } catch {
        return [String(step), "past the schedule's end"];
      }
      return [
        String(step),
        groupOptions(optimizer).map(ratesAlone),
      ];
    }));
  } finally {
    if (state !== undefined) schedule?.loadStateDict?.(state);
    setGroupOptions(optimizer, before);
  }
}

/** Kind, options and parameters of an optimizer; under a schedule as they are at its first step. */
function optimizerSpec({ optimizer, schedule }: AnyStage, names: Map<Tensor, string>): Spec {
  const before = groupOptions(optimizer);
  const state = schedule?.stateDict?.();
  try {
    schedule?.step(0);
    const options = groupOptions(optimizer);
    const groups = optimizer.paramGroups.map(({ params }, i): Spec => {
      // What it is at each step is the schedule's part.
      const { lr, ...rest } = options[i];
      return {
        ...(schedule === undefined ? { lr } : {}),
        ...rest,
        params: params.map((param) => names.get(param) ?? "?"),
      };
    });
    return { kind: optimizer.constructor.name, groups };
  } finally {
    if (state !== undefined) schedule?.loadStateDict?.(state);
    setGroupOptions(optimizer, before);
  }
}

/** The names that a method's state has for its tensors. */
export function namesOf(method: Trainable): Map<Tensor, string> {
  return new Map(Object.entries(method.stateDict()).map(([name, tensor]) => [tensor, name]));
}
