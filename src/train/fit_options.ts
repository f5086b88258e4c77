/**
 * What the training loop is told, and what it says at the end.
 *
 * @module
 */

import type { EmaOptions } from "../optim/mod.ts";
import type { MetricRecord, MetricsSink } from "../report/metrics.ts";
import type { KeepBestOptions } from "./best_file.ts";
import type { ResumeDifferences } from "./resume_differences.ts";
import type {
  Batches,
  OptimizerChoice,
  ScheduleChoice,
  SingleMethod,
  Stage,
  StagedMethod,
  Trainable,
} from "./stage.ts";

/** What is common to all runs. */
export interface FitOptions {
  /** The name on the progress bar and in records; `"training"` by default. */
  name?: string;
  /** How many epochs to train. */
  epochs: number;
  /** Seeds torch's random numbers at the start; untouched if absent. */
  seed?: number;
  /** Scales gradients down to this norm when theirs is larger; off if absent. */
  clipNorm?: number;
  /**
   * How many batches make one step: their gradients are those of all their images together, so that four batches of 32 teach
   * like one of 128; 1 by default. Batch statistics are each batch's own. All batches of a step are
   * read before it, so that one that cannot be read costs no work, and are in memory together.
   */
  accumulate?: number;
  /**
   * Computes losses in this dtype where that does no harm, as `torch.autocast`; off if absent. With `"float16"` losses are
   * scaled so that small gradients do not vanish, as `optim.GradScaler`.
   */
  autocast?: "bfloat16" | "float16";
  /**
   * Averages the student's weights over the steps that train them, as `optim.Ema`: evaluations look at the average, and it is
   * what the student has when this returns. The checkpoint holds both.
   */
  ema?: EmaOptions;
  /**
   * Remembers the best epoch by what `evaluate` returns, keeps the student as it was then in a file, and stops after
   * `patience` evaluations without a better one.
   */
  best?: KeepBestOptions;
  /**
   * Looks at every loss before its gradients are taken, so that one that is not finite changes
   * nothing; by default on the CPU. Without it, losses are looked at when they are recorded: looking
   * waits for a GPU.
   */
  checkFinite?: boolean;
  /**
   * Has a card do whole steps, each recorded as a graph after the first three: for networks whose operators take longer to ask
   * for than to compute. Batches of another size, and all steps where something cannot be recorded, are made as ever, with a
   * line that says why. Learning rates may change; other options of an optimizer lead to a new recording. Ignored on the CPU;
   * false by default.
   */
  capture?: boolean;
  /** Where records go. With `resume`, those of this name after the checkpoint are taken out first. */
  metrics?: MetricsSink;
  /** Steps between two records; the last step of an epoch always makes one. 50 by default. */
  logEvery?: number;
  /**
   * Called at the end of an epoch with its number, from 1; what it returns is recorded. The method is in
   * evaluation mode meanwhile, and random numbers that it draws are not missed by training.
   */
  evaluate?: (epoch: number) => MetricRecord | Promise<MetricRecord>;
  /** Epochs between two evaluations; the last epoch always has one. 1 by default. */
  evaluateEvery?: number;
  /** The file to keep the checkpoint in; none is written if absent. */
  checkpoint?: string;
  /**
   * Steps between two checkpoints; by default there is one at the end of every epoch. One is made in any
   * case at the end, at an interruption, and where batches or an evaluation fail.
   */
  checkpointEvery?: number;
  /**
   * Goes on from the checkpoint if there is one; starts anew otherwise. Where this run is not what the checkpoint says
   * (options of optimizers or of the method, schedule, data, weights of teachers), there is a `ResumeError` that lists the
   * differences; `{ differences: "new" }` goes on with what this run has, `{ differences: "old" }` with the checkpoint's options
   * of optimizers. Number of epochs, records, devices and threads may be others in any case.
   */
  resume?: boolean | ResumeOptions;
  /**
   * Stops after the step at hand, with a checkpoint, once this is aborted. Without it, a run that has a checkpoint listens for
   * Ctrl-C and SIGTERM itself: the first writes the checkpoint after the step at hand and ends the process with code 130 or
   * 143, the second ends it at once. (Not in workers.)
   */
  signal?: AbortSignal;
  /**
   * Whether to show progress on standard error: a line with the loss and the last evaluation, and a line for each epoch; true
   * by default. Warnings are written in any case.
   */
  progress?: boolean;
}

/** How a run goes on from its checkpoint. */
export interface ResumeOptions {
  /** What happens where the run is not what the checkpoint says; `"error"` by default. */
  differences?: ResumeDifferences;
}

/** A run of one stage. */
export interface SingleStage<B extends Disposable> extends FitOptions {
  /** What is trained; a method of several stages, such as CustomKD, goes with {@linkcode PerStage}. */
  method: SingleMethod<NoInfer<B>>;
  /** Updates the method's parameters: an optimizer, or a function that makes one of them. */
  optimizer: OptimizerChoice;
  /** Sets the learning rate before each step; constant if absent. A schedule, or a function that makes one. */
  schedule?: ScheduleChoice;
  /** The data. */
  batches: Batches<B>;
}

/** A run of a method whose epochs are of several kinds: it says which and when. */
export interface PerStage<B extends Disposable, S extends string> extends FitOptions {
  /** What is trained. */
  method: StagedMethod<NoInfer<B>, S>;
  /** For each stage by its name the optimizer, or a function that makes one of what the stage trains. */
  optimizers: Readonly<Record<NoInfer<S>, OptimizerChoice>>;
  /** By the stages' names, what sets the learning rate before each step; constant if absent. */
  schedules?: Readonly<Partial<Record<NoInfer<S>, ScheduleChoice>>>;
  /** The data of all stages. */
  batches: Batches<B>;
}

/** A run whose kinds of epoch are put together by hand. */
export interface ManyStages extends FitOptions {
  /** What is trained. */
  method: Trainable;
  /** The kinds of epoch. */
  // deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
  stages: readonly Stage<any>[];
  /**
   * Which stage an epoch is of, by its place in `stages`. By default as the method says, if it has stages of these names (as
   * CustomKD with `alternate`), else each in turn.
   */
  stageOf?: (epoch: number) => number;
}

/** How a run ended. */
export interface FitResult {
  /** Whether all epochs were trained; false if it was interrupted. */
  done: boolean;
  /** The steps done in all. */
  step: number;
  /** What was recorded at the end of each epoch: mean losses, and the evaluation. */
  epochs: MetricRecord[];
  /** The best value of the metric that `best` names, and its epoch, from 1. */
  best?: { value: number; epoch: number };
  /** The epoch, from 1, after which there was no better one to wait for. */
  stopped?: number;
}
