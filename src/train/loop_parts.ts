/**
 * What a run is made of, and what decides it.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { FitOptions } from "./fit_options.ts";
import type { Stage, Trainable } from "./stage.ts";

/** A stage, whatever its batches are. */
// deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
export type AnyStage = Stage<any>;

/** By a step's number, what each group has at it. */
export type Rates = { readonly [step: string]: Spec };

/** What a run is made of. */
export interface LoopParts {
  /** What is trained. */
  readonly method: Trainable;
  /** The stages. */
  readonly stages: readonly AnyStage[];
  /** The stage of every epoch, by its place. */
  readonly plan: Uint32Array;
  /** The loop's own options. */
  readonly options: Pick<FitOptions, "seed" | "clipNorm" | "accumulate" | "autocast" | "ema">;
}

/** What decides a run. */
export interface LoopSpec {
  /** What decides every part but the schedules, which are functions of the step. */
  readonly parts: Spec;
  /** For every stage what its schedule gives at some steps. */
  readonly rates: readonly Rates[];
  /** The stage of every epoch. */
  readonly plan: readonly number[];
}
