/**
 * The training loop that all methods share.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../errors.ts";
import { letSignalsIn } from "../interrupt.ts";
import { clipGradNorm } from "../optim/mod.ts";
import { Progress } from "../progress.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import {
  type CheckpointParts,
  loadCheckpoint,
  type Position,
  saveCheckpoint,
} from "./checkpoint.ts";
import type { Batches, Method, Stage, StepOptimizer, StepSchedule, Trainable } from "./method.ts";
import type { MetricRecord, MetricsLog } from "./metrics.ts";

/** What is common to all runs. */
export interface FitOptions {
  /** The name on the progress bar and in records; `"training"` by default. */
  name?: string;
  /** How many epochs to train. */
  epochs: number;
  /** Seeds torch's random numbers at the start; untouched if absent. */
  seed?: number;
  /** The device that the run computes on, for its random numbers; the CPU by default. */
  device?: Device;
  /** Scales gradients down to this norm when theirs is larger; off if absent. */
  clipNorm?: number;
  /** Where records go. */
  metrics?: MetricsLog;
  /** Steps between two records; the last step of an epoch always makes one. 50 by default. */
  logEvery?: number;
  /** Called at the end of an epoch; what it returns is recorded. */
  evaluate?: (epoch: number) => MetricRecord | Promise<MetricRecord>;
  /** Epochs between two evaluations; the last epoch always has one. 1 by default. */
  evaluateEvery?: number;
  /** Where to keep the checkpoint; none is written if absent. */
  checkpoint?: string;
  /** Steps between two checkpoints; at the end of every epoch if absent. */
  checkpointEvery?: number;
  /** Goes on from the checkpoint if there is one. */
  resume?: boolean;
  /** Stops after the step at hand, with a checkpoint, once this is aborted. */
  signal?: AbortSignal;
  /** Whether to show progress; true by default. */
  progress?: boolean;
}

/** A run of one stage. */
export interface SingleStage<B extends Disposable> extends FitOptions {
  /** What is trained. */
  method: Method<B>;
  /** Updates the method's parameters. */
  optimizer: StepOptimizer;
  /** Sets the learning rate before each step; constant if absent. */
  schedule?: StepSchedule;
  /** The data. */
  batches: Batches<B>;
}

/** A run whose epochs are of several kinds. */
export interface ManyStages extends FitOptions {
  /** What is trained. */
  method: Trainable;
  /** The kinds of epoch. */
  // deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
  stages: readonly Stage<any>[];
  /** Which stage an epoch is of, by its place in `stages`; each in turn by default. */
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
}

/**
 * Trains a method: seeded, every step in a scope of its own, with records, evaluation, and checkpoints
 * from which a run goes on to the same numbers (on the CPU bit for bit).
 *
 * @throws {TrainingError} when a loss is not finite; the last checkpoint stays as it is.
 *
 * @example
 * ```ts
 * import { data, models, optim, train } from "@apprentice/distill";
 *
 * const images = await data.mnist("train");
 * const model = new models.SmallCnn({ numClasses: 10 });
 * await train.fit({
 *   method: new train.Supervised(model),
 *   optimizer: new optim.AdamW(model.parameters(), { lr: 2e-3 }),
 *   batches: new data.Loader(images, { batchSize: 128, shuffle: true, seed: 0 }),
 *   epochs: 1,
 * });
 * ```
 */
export function fit<B extends Disposable>(
  options: SingleStage<B> | ManyStages,
): Promise<FitResult> {
  const stages = "stages" in options ? options.stages : [{
    name: options.name ?? "training",
    step: (batch: B) => options.method.step(batch),
    optimizer: options.optimizer,
    schedule: options.schedule,
    batches: options.batches,
  }];
  const stageOf = "stages" in options && options.stageOf
    ? options.stageOf
    : (epoch: number) => epoch % stages.length;
  return new Run(options, stages, stageOf).go();
}

class Run {
  readonly #options: FitOptions & { method: Trainable };
  // deno-lint-ignore no-explicit-any -- see ManyStages
  readonly #stages: readonly Stage<any>[];
  readonly #stageOf: (epoch: number) => number;
  readonly #parts: CheckpointParts;
  readonly #sums = new Map<string, Tensor>();
  readonly #epochs: MetricRecord[] = [];
  #position: Position;
  #epochSums: Record<string, number> = {};
  #epochSummed = 0;

  constructor(
    options: FitOptions & { method: Trainable },
    // deno-lint-ignore no-explicit-any -- see ManyStages
    stages: readonly Stage<any>[],
    stageOf: (epoch: number) => number,
  ) {
    checkWhole("epochs", options.epochs, 0);
    checkWhole("logEvery", options.logEvery ?? 50, 1);
    checkWhole("evaluateEvery", options.evaluateEvery ?? 1, 1);
    checkWhole("checkpointEvery", options.checkpointEvery ?? 1, 1);
    if (stages.length === 0) throw new ArgumentError("A run needs at least one stage.");
    this.#options = options;
    this.#stages = stages;
    this.#stageOf = stageOf;
    this.#parts = {
      method: options.method,
      optimizers: [...new Set(stages.map((stage) => stage.optimizer))],
      device: options.device,
    };
    this.#position = {
      epoch: 0,
      batch: 0,
      step: 0,
      stageSteps: stages.map(() => 0),
      sums: {},
      summed: 0,
    };
  }

  async go(): Promise<FitResult> {
    const { epochs, seed, signal, checkpoint } = this.#options;
    if (seed !== undefined) torch.manualSeed(seed);
    if (this.#options.resume && checkpoint !== undefined && await exists(checkpoint)) {
      this.#position = loadCheckpoint(checkpoint, this.#parts);
      this.#restoreSums();
    }
    const total = Array.from({ length: epochs }, (_, e) => this.#stage(e).batches.length)
      .reduce((a, b) => a + b, 0);
    using progress = this.#options.progress === false ? undefined : new Progress({
      label: this.#options.name ?? "training",
      total,
      unit: "steps",
      start: this.#position.step,
    });
    try {
      while (this.#position.epoch < epochs) {
        const whole = await this.#epoch(progress);
        if (!whole) return { done: false, step: this.#position.step, epochs: this.#epochs };
        if (signal?.aborted && this.#position.epoch < epochs) {
          return { done: false, step: this.#position.step, epochs: this.#epochs };
        }
      }
      return { done: true, step: this.#position.step, epochs: this.#epochs };
    } finally {
      for (const sum of this.#sums.values()) sum.dispose();
    }
  }

  // deno-lint-ignore no-explicit-any -- see ManyStages
  #stage(epoch: number): Stage<any> {
    return this.#stages[this.#stageOf(epoch)];
  }

  /** Trains what is left of the epoch under way; false if it was interrupted. */
  async #epoch(progress: Progress | undefined): Promise<boolean> {
    const { method, signal, logEvery = 50, evaluate, evaluateEvery = 1, epochs } = this.#options;
    const position = this.#position;
    const epoch = position.epoch;
    const stage = this.#stage(epoch);
    method.train();
    this.#epochSums = {};
    this.#epochSummed = 0;
    const started = performance.now();
    for await (using batch of stage.batches.epoch(epoch, { from: position.batch })) {
      this.#step(stage, batch);
      position.batch++;
      position.step++;
      progress?.update(position.step, `epoch ${epoch + 1}/${epochs} ${stage.name}`);
      const last = position.batch >= stage.batches.length;
      if (position.step % logEvery === 0 || last) this.#record(stage);
      const every = this.#options.checkpointEvery;
      if (every !== undefined && position.step % every === 0 && !last) this.#checkpoint();
      await letSignalsIn();
      if (signal?.aborted && !last) {
        this.#checkpoint();
        return false;
      }
    }
    position.epoch++;
    position.batch = 0;
    const ended: Record<string, MetricRecord[string]> = {
      epoch: epoch + 1,
      step: position.step,
      stage: stage.name,
      ...this.#epochMeans(),
      seconds: (performance.now() - started) / 1000,
    };
    if (evaluate !== undefined && ((epoch + 1) % evaluateEvery === 0 || epoch + 1 === epochs)) {
      Object.assign(ended, await evaluate(epoch + 1));
    }
    this.#epochs.push(ended);
    this.#options.metrics?.log({ run: this.#options.name ?? "training", event: "epoch", ...ended });
    this.#checkpoint();
    return true;
  }

  // deno-lint-ignore no-explicit-any -- see ManyStages
  #step(stage: Stage<any>, batch: any): void {
    const number = this.#stages.indexOf(stage);
    stage.schedule?.step(this.#position.stageSteps[number]);
    using _ = torch.scope();
    const { loss, terms } = stage.step(batch);
    loss.backward();
    if (this.#options.clipNorm !== undefined) {
      clipGradNorm(
        stage.optimizer.paramGroups.flatMap((group) => group.params),
        this.#options.clipNorm,
      );
    }
    stage.optimizer.step();
    stage.optimizer.zeroGrad();
    this.#position.stageSteps[number]++;
    this.#position.summed++;
    this.#add("loss", loss);
    for (const name in terms) this.#add(name, terms[name]);
  }

  /** Sums stay on the device: reading a loss every step would wait for a GPU every step. */
  #add(name: string, value: Tensor): void {
    const sum = this.#sums.get(name);
    if (sum !== undefined) sum.add_(value.detach());
    else this.#sums.set(name, torch.keep(value.detach().to({ dtype: "float64", copy: true })));
  }

  #restoreSums(): void {
    for (const [name, value] of Object.entries(this.#position.sums)) {
      this.#sums.set(name, torch.tensor(value, { dtype: "float64", device: this.#options.device }));
    }
  }

  /** Records the means since the last record, and makes sure that they are numbers. */
  // deno-lint-ignore no-explicit-any -- see ManyStages
  #record(stage: Stage<any>): void {
    const { summed, step, epoch } = this.#position;
    if (summed === 0) return;
    const means: Record<string, number> = {};
    for (const [name, sum] of this.#sums) {
      const total = sum.item();
      means[name] = total / summed;
      this.#epochSums[name] = (this.#epochSums[name] ?? 0) + total;
      sum.zero_();
    }
    this.#epochSummed += summed;
    this.#position.summed = 0;
    this.#options.metrics?.log({
      run: this.#options.name ?? "training",
      event: "steps",
      step,
      epoch: epoch + 1,
      stage: stage.name,
      lr: stage.optimizer.lr,
      ...means,
    });
    const bad = Object.keys(means).filter((name) => !Number.isFinite(means[name]));
    if (bad.length > 0) {
      throw new TrainingError(
        `The loss of ${stage.name} is not finite (${
          bad.map((name) => `${name} ${means[name]}`).join(", ")
        }) in the ${summed} steps up to step ${step} of epoch ${
          epoch + 1
        }. A smaller learning rate ` +
          "(now " + stage.optimizer.lr +
          ") or clipNorm may help; the last checkpoint is as it was.",
      );
    }
    for (const sum of this.#sums.values()) sum.dispose();
    this.#sums.clear();
  }

  #epochMeans(): Record<string, number> {
    const means: Record<string, number> = {};
    for (const name in this.#epochSums) means[name] = this.#epochSums[name] / this.#epochSummed;
    return means;
  }

  #checkpoint(): void {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined) return;
    const position = this.#position;
    position.sums = Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum.item()]));
    if (Object.values(position.sums).some((sum) => !Number.isFinite(sum))) {
      this.#record(this.#stage(position.epoch));
    }
    saveCheckpoint(checkpoint, this.#parts, position);
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new ArgumentError(`${name} is a whole number of at least ${least}, got ${value}.`);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
