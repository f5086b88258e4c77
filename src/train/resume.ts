/**
 * What becomes of a run that goes on as another one than its checkpoint is of.
 *
 * @module
 */

import { ResumeError } from "../errors.ts";
import { differencesOf, type Spec, type SpecDifference, specText } from "../spec.ts";
import type { StepOptimizer } from "./method.ts";
import { runDifferences, type RunParts, type RunSpec, setGroupOptions } from "./run_spec.ts";

/**
 * What happens where a run is not what its checkpoint says: an error that lists the differences, or it goes on with the
 * new settings, or with the old ones. Old ones can be put back of optimisers only.
 */
export type ResumeDifferences = "error" | "new" | "old";

/** Options of the groups of each optimiser. */
type AllOptions = ReadonlyMap<StepOptimizer, readonly Record<string, Spec>[]>;

const optionPath = /^stages\.(.*)\.optimizer\.groups\.(\d+)\.(\w+)$/;

/**
 * Settles what differs, once the optimisers' state has been loaded.
 *
 * @param given The optimisers' options as the run was given them.
 * @param loaded Those that the checkpoint had at its step.
 * @throws {ResumeError} if something differs and is not to, or cannot be put back.
 */
export function settleDifferences(
  path: string,
  saved: RunSpec,
  now: RunSpec,
  run: RunParts,
  mode: ResumeDifferences,
  given: AllOptions,
  loaded: AllOptions,
): void {
  const found = runDifferences(saved, now, run)
    .filter((difference) => !isAsLoaded(difference, run, loaded));
  if (mode === "new") {
    for (const [optimizer, options] of given) setGroupOptions(optimizer, options);
  }
  if (found.length === 0 || mode === "new") return;
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
          `resume: { differences: "new" }, with the old options of optimisers by { differences: "old" }; ` +
          `or remove the checkpoint to train anew.`),
    differences,
  );
}

/** Whether an optimiser was given the option that it has in the checkpoint: changed by hand meanwhile, say. */
function isAsLoaded({ path, now }: SpecDifference, run: RunParts, loaded: AllOptions): boolean {
  const [, name, group, option] = optionPath.exec(path) ?? [];
  const stage = run.stages.find((stage) => stage.name === name);
  const options = stage && loaded.get(stage.optimizer)?.[Number(group)];
  return options?.[option] !== undefined && now !== undefined &&
    differencesOf(options[option], now).length === 0;
}
