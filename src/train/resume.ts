/**
 * What becomes of a run that goes on as another one than its checkpoint is of.
 *
 * @module
 */

import { ResumeError } from "../base/errors.ts";
import { differencesOf, type Spec, type SpecDifference, specText } from "../base/spec.ts";
import type { StepOptimizer } from "./stage.ts";
import type { ResumeDifferences } from "./resume_differences.ts";
import { type GroupOptions, loopDifferences, stageKeys } from "./loop_spec.ts";
import type { LoopParts, LoopSpec } from "./loop_parts.ts";

/** An option of a group of a stage's optimizer, or a number of one that is a list. */
const optionPath = /^stages\.(.*)\.optimizer\.groups\.(\d+)\.((?!params\b)\w+)(?:\.\d+)?$/;

/**
 * Settles what differs, once the optimizers' state has been loaded.
 *
 * @param given The optimizers' options as the run was given them.
 * @param loaded Those that the checkpoint had at its step.
 * @throws {ResumeError} if something differs and is not to, or cannot be put back.
 */
export function settleDifferences(
  path: string,
  saved: LoopSpec,
  now: LoopSpec,
  run: LoopParts,
  mode: ResumeDifferences,
  given: GroupOptions,
  loaded: GroupOptions,
): void {
  const found = loopDifferences(saved, now, run, loaded)
    .filter((difference) => !isAsLoaded(difference, run, given, loaded));
  if (mode === "new") return found.forEach((difference) => takeNew(difference, run, given));
  const fixed = mode === "old" ? found.filter(({ path }) => !optionPath.test(path)) : found;
  if (fixed.length === 0) return;
  const differences = fixed.map(({ path, before, now }) => ({
    path,
    saved: specText(before),
    here: specText(now),
  }));
  const list = differences.map(({ path, saved, here }) =>
    `\n  ${path}: ${saved} in the checkpoint, ${here} here`
  );
  throw new ResumeError(
    `The checkpoint ${path} is of a run with other settings, so that going on would give other numbers than ` +
      `either:${list.join("")}\n` +
      (mode === "old"
        ? `These cannot be taken from the checkpoint: give the run what it had before, or go on with the new ` +
          `ones by resume: { differences: "new" }.`
        : `Give the run what it had before; or go on with the new settings by ` +
          `resume: { differences: "new" }, with the old options of optimizers by { differences: "old" }; ` +
          `or remove the checkpoint to train anew.`),
    differences,
  );
}

/** The option of an optimizer that a difference is of. */
interface OptionPlace {
  readonly optimizer: StepOptimizer;
  readonly group: number;
  readonly option: string;
}

function optionOf({ path }: SpecDifference, run: LoopParts): OptionPlace | undefined {
  const [, name, group, option] = optionPath.exec(path) ?? [];
  const stage = run.stages[stageKeys(run.stages).indexOf(name)];
  return stage && { optimizer: stage.optimizer, group: Number(group), option };
}

/** Whether an optimizer was given the option that it has in the checkpoint: changed by hand meanwhile, say. */
function isAsLoaded(
  difference: SpecDifference,
  run: LoopParts,
  given: GroupOptions,
  loaded: GroupOptions,
): boolean {
  const place = optionOf(difference, run);
  if (place === undefined) return false;
  const [own, kept] = [given, loaded].map((all) => valueAt(all, place));
  return own !== undefined && kept !== undefined && differencesOf(kept, own).length === 0;
}

/** Gives an optimizer the option of this run in place of the checkpoint's. */
function takeNew(difference: SpecDifference, run: LoopParts, given: GroupOptions): void {
  const place = optionOf(difference, run);
  if (place === undefined) return;
  // The rate that a schedule starts from is the rate itself where the schedule leaves that alone.
  const options = place.option === "initialLr" ? ["initialLr", "lr"] : [place.option];
  for (const option of options) {
    const value = valueAt(given, { ...place, option });
    if (value === undefined) continue;
    Object.assign(place.optimizer.paramGroups[place.group], { [option]: value });
  }
}

function valueAt(all: GroupOptions, { optimizer, group, option }: OptionPlace): Spec | undefined {
  return all.get(optimizer)?.[group]?.[option];
}
