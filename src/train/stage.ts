/**
 * What the training loop trains: something with a loss, and for each kind of epoch the optimizer and the data.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { StepResult } from "../distill/mod.ts";
import type { Module } from "../nn/mod.ts";
import type { Optimizer, Schedule } from "../optim/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** A kind of epoch that something has. */
export interface TrainableStage {
  /** The stage's name. */
  readonly name: string;
  /** Which images of a batch the stage looks at, if not at all: see {@linkcode Stage.images}. */
  readonly images?: "labelled";
  /** Returns what the stage trains. */
  learns(): Tensor[];
}

/** Something that is trained, and whose state a checkpoint holds: a `distill.Method`, or anything like it. */
export interface Trainable {
  /** Sets the training mode of everything that is trained. */
  train(on?: boolean): unknown;
  /** All modules that have a mode of their own, if there are any: an evaluation leaves each as it was. */
  modules?(): Iterable<Module>;
  /** Everything that training changes, by name. */
  stateDict(): Readonly<Record<string, Tensor>>;
  /** Puts back what {@linkcode Trainable.stateDict} gave. */
  loadStateDict(state: Readonly<Record<string, Tensor>>): unknown;
  /** What changes while it is trained and is no tensor, as plain data; a checkpoint holds it too. */
  getExtraState?(): Spec;
  /** Puts back what {@linkcode Trainable.getExtraState} gave. */
  setExtraState?(state: Spec): void;
  /**
   * What decides its losses beside its state, as plain data, such as options and the fingerprints of frozen teachers. A
   * checkpoint keeps it, and a run that goes on from there as another one is an error.
   */
  spec?(): Spec | Promise<Spec>;
  /** The kinds of epoch that it has, and what each trains; one that trains all if absent. */
  readonly stages?: readonly TrainableStage[];
  /** Which of its stages an epoch is of, from 0: a function of that number alone, because the loop counts. */
  stageOf?(epoch: number): string;
  /** Told of each stage's batches before training, so that it can look at the names of classes, say. */
  meet?(batches: unknown): void;
  /**
   * Awaited before the first step, for what takes statistics of all training images; false if `signal` stopped it. A run that
   * goes on has them in its state.
   */
  prepare?(
    batches: unknown,
    options: { signal?: AbortSignal; progress?: boolean },
  ): Promise<boolean>;
  /** Adds up what processes that train together have counted each, before a checkpoint and an epoch's end. */
  joinCounts?(): void;
  /** Asked at the end of every epoch for what there is to record of it beside its losses. */
  endEpoch?(): Readonly<Record<string, number | readonly number[]>>;
}

/** A {@linkcode Trainable} with one kind of step. */
export interface SingleMethod<B> extends Trainable {
  /** What has several stages is given to `fit` with an optimizer for each. */
  readonly stages?: readonly { readonly name: "train"; learns(): Tensor[] }[];
  /** Computes the loss of a batch, recorded for gradients. */
  step(batch: B): StepResult;
}

/** A {@linkcode Trainable} with several kinds of step, such as `distill.CustomKD`. */
export interface StagedMethod<B, S extends string> extends Trainable {
  /** The kinds of epoch. */
  readonly stages: readonly (TrainableStage & { readonly name: S })[];
  /** Which of them an epoch is of, from 0. */
  stageOf(epoch: number): S;
  /**
   * Computes the loss of a batch for a stage, recorded for gradients. (The names are inferred from the stages: here they may
   * be left out, and `undefined` is none.)
   */
  step(batch: B, stage: NoInfer<S>): StepResult;
}

/** What a stage needs of an optimizer. */
export type StepOptimizer = Pick<
  Optimizer,
  "step" | "zeroGrad" | "lr" | "paramGroups" | "stateDict" | "loadStateDict"
>;

/**
 * What a stage needs of a schedule: the learning rate is a function of the step's number. Where it is one of more than
 * that, a checkpoint holds its state.
 */
export type StepSchedule =
  & Pick<Schedule, "step">
  & Partial<Pick<Schedule, "stateDict" | "loadStateDict">>;

/**
 * An optimizer, or what makes one of the parameters that a stage trains; the loop disposes of one that it made.
 *
 * @typeParam O What it is.
 */
export type OptimizerChoice<O extends StepOptimizer = StepOptimizer> =
  | O
  | ((params: Tensor[]) => O & Disposable);

/** A schedule, or what makes one of the stage's optimizer and the number of steps that it will have. */
export type ScheduleChoice =
  | StepSchedule
  // deno-lint-ignore no-explicit-any -- whoever chose the optimizer knows its kind
  | ((optimizer: any, totalSteps: number) => StepSchedule);

/** What a stage needs of a loader. */
export interface Batches<B> {
  /** The number of batches in an epoch. */
  readonly length: number;
  /** The batches of epoch number `epoch`, from batch number `from` on. */
  epoch(epoch: number, options?: { from?: number }): Iterable<B> | AsyncIterable<B>;
  /** The same batches with their labelled images alone, where there are others, for a stage that does not look at these. */
  labelledEpoch?(
    epoch: number,
    options?: { from?: number },
  ): Iterable<Disposable> | AsyncIterable<Disposable>;
  /**
   * What one of several processes that train together gets of the same batches, as `data.Loader.share`; needed only where there
   * are several.
   */
  share?(share: { readonly rank: number; readonly size: number }): Batches<B>;
  /** What decides the batches, as plain data; kept in checkpoints as {@linkcode Trainable.spec} is. */
  spec?(): Spec | Promise<Spec>;
}

/** One kind of epoch: its steps, its optimizer, its data. */
export interface Stage<B extends Disposable = Disposable> {
  /** The stage's name in records and on the progress bar. */
  name: string;
  /** Computes the loss of a batch, recorded for gradients. */
  step(batch: B): StepResult;
  /** Updates what this stage trains. */
  optimizer: StepOptimizer;
  /** Sets the learning rate before each step; constant if absent. */
  schedule?: StepSchedule;
  /** `"labelled"` where the stage looks at labelled images only; others beside them are not loaded then. All by default. */
  images?: "labelled";
  /** The data. */
  batches: Batches<B>;
}
