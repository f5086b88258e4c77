/**
 * What a run is asked for, checked before it starts.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { FitOptions } from "./fit_options.ts";
import type { Stage } from "./stage.ts";

/** Refuses options that cannot be used. */
export function checkOptions(options: FitOptions): void {
  checkWhole("epochs", options.epochs, 0);
  checkWhole("accumulate", options.accumulate ?? 1, 1);
  checkWhole("logEvery", options.logEvery ?? 50, 1);
  checkWhole("evaluateEvery", options.evaluateEvery ?? 1, 1);
  checkWhole("checkpointEvery", options.checkpointEvery ?? 1, 1);
  const { clipNorm, checkpoint, resume, autocast } = options;
  if (autocast !== undefined && autocast !== "bfloat16" && autocast !== "float16") {
    throw new ArgumentError(
      `autocast is "bfloat16" or "float16", got ${JSON.stringify(autocast)}.`,
    );
  }
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new ArgumentError(`clipNorm is a number above 0, got ${clipNorm}.`);
  }
  if (checkpoint === "") throw new ArgumentError("checkpoint is the name of a file, got none.");
  if (resume && checkpoint === undefined) {
    throw new ArgumentError("resume needs a checkpoint to go on from: give its file's name.");
  }
  const differences = typeof resume === "object" ? resume.differences ?? "error" : "error";
  if (!["error", "new", "old"].includes(differences)) {
    throw new ArgumentError(
      `resume: differences is "error", "new" or "old", got ${JSON.stringify(differences)}.`,
    );
  }
}

/** Refuses stages without batches, and schedules of other optimizers. */
export function checkStages(
  // deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
  stages: readonly Stage<any>[],
): void {
  for (const { name, batches, optimizer, schedule } of stages) {
    if (!Number.isSafeInteger(batches.length) || batches.length < 1) {
      throw new ArgumentError(
        `An epoch of "${name}" has ${batches.length} batches; it needs at least one.`,
      );
    }
    const groups = (schedule as { groups?: unknown } | undefined)?.groups;
    if (Array.isArray(groups) && !optimizer.paramGroups.some((group) => groups.includes(group))) {
      throw new ArgumentError(
        `The schedule of "${name}" sets the learning rates of another optimizer, so that those of this one would ` +
          `never change. Make it of the optimizer that the stage has.`,
      );
    }
  }
}

/** The stage of every epoch, so that a wrong one is found before training starts. */
export function planOf(
  epochs: number,
  count: number,
  stageOf: (epoch: number) => number,
): Uint32Array {
  return Uint32Array.from({ length: epochs }, (_, epoch) => {
    const place = stageOf(epoch);
    if (Number.isInteger(place) && place >= 0 && place < count) return place;
    throw new ArgumentError(
      `stageOf(${epoch}) is ${place}; there are ${count} stages, 0 to ${count - 1}.`,
    );
  });
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ArgumentError(`${name} is a whole number of at least ${least}, got ${value}.`);
}
