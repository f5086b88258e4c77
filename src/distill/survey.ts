/**
 * What is to be seen once of all training images before the first step.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { letSignalsIn } from "../base/interrupt.ts";
import { Progress } from "../base/progress.ts";
import type { Batch } from "../data/batch.ts";
import { MixedBatch } from "../data/mixed_batch.ts";
import { MixedLoader } from "../data/zip_loaders.ts";
import type { Module } from "../nn/module.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { ProcessGroup } from "../torch/distributed/mod.ts";
import { scope } from "../torch/scope.ts";

/** A part of a method that takes statistics of what teachers say about all training images. */
export interface Surveys {
  /** Whether the statistics are there; part of the state, so that a run that goes on does not look again. */
  readonly surveyed: boolean;
  /** Starts from nothing, also where a survey was stopped before. */
  begin?(): void;
  /** Takes in what the teachers say about some of the images. */
  observe(opinions: Opinions): void;
  /**
   * Takes in what all processes that train together have observed, so that each has all of it; needed only where there are
   * several.
   */
  join?(group: ProcessGroup): void;
  /** All images were seen. */
  settle(): void;
}

/** The modules that survey and have not done so yet. */
export function waiting(modules: Iterable<Module>): Surveys[] {
  return [...modules].filter((module): module is Module & Surveys =>
    "surveyed" in module && "observe" in module && !module.surveyed
  );
}

/**
 * Refuses parts that cannot take in what other processes observe.
 *
 * @throws {ArgumentError} naming the first.
 */
export function checkJoins(method: string, parts: readonly Surveys[]): void {
  const without = parts.find(({ join }) => join === undefined);
  if (without === undefined) return;
  throw new ArgumentError(
    `${method}: ${without.constructor.name} takes statistics of all training images, and has no join(group) to add up what ` +
      `several processes have seen of them. Give it one, or train with one process.`,
  );
}

/** What batches come from: a loader, or two side by side. */
interface Epochs {
  readonly length: number;
  epoch(epoch: number): Iterable<Batch | MixedBatch> | AsyncIterable<Batch | MixedBatch>;
}

/** Options of a survey. */
export interface SurveyOptions {
  /** Stops between two batches. */
  signal?: AbortSignal;
  /** Whether to show progress on standard error; true by default. */
  progress?: boolean;
}

/** Whether something has epochs of batches. */
export function hasEpochs(batches: unknown): batches is Epochs {
  return typeof (batches as Partial<Epochs> | null)?.epoch === "function";
}

/**
 * Shows each batch of epoch 0 once; of labelled and unlabelled images side by side the unlabelled ones. What is random about
 * images does not depend on how often they were seen, so that training sees what it would have seen anyway.
 *
 * @returns Whether all was seen; false if it was stopped.
 */
export async function survey(
  batches: Epochs,
  see: (part: Batch) => void,
  { signal, progress = true }: SurveyOptions,
): Promise<boolean> {
  using bar = progress
    ? new Progress({ label: "looking once", total: batches.length, unit: "batches" })
    : undefined;
  let seen = 0;
  const shown = batches instanceof MixedLoader ? batches.unlabelledEpoch(0) : batches.epoch(0);
  for await (using batch of shown) {
    if (signal?.aborted) return false;
    scope(() => see(batch instanceof MixedBatch ? batch.unlabelled : batch));
    bar?.update(++seen);
    const pause = letSignalsIn();
    if (pause !== undefined) await pause;
  }
  return true;
}
