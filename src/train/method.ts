/**
 * What the training loop trains: a method turns a batch into a loss, a stage says with which
 * optimizer and data.
 *
 * @module
 */

import type { StepResult } from "../distill/mod.ts";
import type { Module } from "../nn/mod.ts";
import type { Optimizer, Schedule } from "../optim/mod.ts";
import type { Spec } from "../base/spec.ts";
import type { Tensor } from "../torch/mod.ts";

/** Something that is trained, and whose state a checkpoint holds. */
export interface Trainable {
  /** Sets the training mode of everything that is trained. */
  train(on?: boolean): unknown;
  /** All modules that have a mode of their own, if there are any: an evaluation leaves each as it was. */
  modules?(): Iterable<Module>;
  /** Everything that training changes, by name. */
  stateDict(): Readonly<Record<string, Tensor>>;
  /** Puts back what {@linkcode Trainable.stateDict} gave. */
  loadStateDict(state: Readonly<Record<string, Tensor>>): unknown;
  /**
   * What decides its losses beside its state, as plain data, such as options and the fingerprints of frozen teachers. A
   * checkpoint keeps it, and a run that goes on from there as another one is an error.
   */
  spec?(): Spec | Promise<Spec>;
  /** The names of its stages, if epochs are of several kinds that train different things. */
  readonly stageNames?: readonly string[];
  /** Which of {@linkcode Trainable.stageNames} an epoch is of, from 0. */
  stageOf?(epoch: number): string;
  /** Told of each stage's batches before training, so that it can look at the names of classes, say. */
  meet?(batches: unknown): void;
  /** Told of every epoch, from 0, before its first step. */
  beginEpoch?(epoch: number): unknown;
}

/** A {@linkcode Trainable} with one kind of step. */
export interface Method<B> extends Trainable {
  /** Absent: what has several stages is given to `fit` with an optimizer for each. */
  readonly stageNames?: undefined;
  /** Computes the loss of a batch, recorded for gradients. */
  step(batch: B): StepResult;
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

/** What a stage needs of a loader. */
export interface Batches<B> {
  /** The number of batches in an epoch. */
  readonly length: number;
  /** The batches of epoch number `epoch`, from batch number `from` on. */
  epoch(epoch: number, options?: { from?: number }): Iterable<B> | AsyncIterable<B>;
  /** What decides the batches, as plain data; kept in checkpoints as {@linkcode Trainable.spec} is. */
  spec?(): Spec | Promise<Spec>;
}

/** One kind of epoch: its steps, its optimizer, its data. */
export interface Stage<B extends Disposable = Disposable> {
  /** Its name in records and on the progress bar. */
  name: string;
  /** Computes the loss of a batch, recorded for gradients. */
  step(batch: B): StepResult;
  /** Updates what this stage trains. */
  optimizer: StepOptimizer;
  /** Sets the learning rate before each step; constant if absent. */
  schedule?: StepSchedule;
  /** The data. */
  batches: Batches<B>;
}
