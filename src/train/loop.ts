/**
 * One run of the training loop.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { letSignalsIn } from "../base/interrupt.ts";
import { rememberModes } from "../nn/modes.ts";
import { clipGradNorm } from "../optim/mod.ts";
import { divideGrads } from "./divide_grads.ts";
import { say } from "../base/progress.ts";
import * as torch from "../torch/mod.ts";
import { type Device, Tensor } from "../torch/mod.ts";
import {
  checkWritable,
  hasCheckpoint,
  loadCheckpoint,
  type Position,
  saveCheckpoint,
} from "./checkpoint.ts";
import { checkLoss, checkMeans, checkParameters, type Place } from "./finite.ts";
import { checkGradients, checkLossDepends } from "./first_step.ts";
import type { FitOptions, FitResult } from "./fit.ts";
import { addSums, LossSums, meansOf } from "./loss_sums.ts";
import type { Stage, StepOptimizer, Trainable } from "./stage.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { startTraining } from "./modes.ts";
import { OwnInterrupt } from "./own_interrupt.ts";
import { devicesOf, withoutTrace } from "./random_states.ts";
import { imagesIn } from "./images_in.ts";
import { checkStages } from "./loop_checks.ts";
import { loopSpec } from "./loop_spec.ts";
import type { LoopParts, LoopSpec } from "./loop_parts.ts";
import { type EpochPlace, RunProgress } from "./show.ts";

// deno-lint-ignore no-explicit-any -- each stage has batches of its own type, and only it sees them
type AnyStage = Stage<any>;

/** What the loop says of an epoch by itself; an evaluation cannot say it too. */
const taken = ["run", "event", "epoch", "step", "stage", "seconds", "lr"];

/** One pass through the training loop, from the first step or a checkpoint to the end or an interruption. */
export class Loop {
  readonly #options: FitOptions & { method: Trainable };
  readonly #name: string;
  readonly #stages: readonly AnyStage[];
  /** The stage of every epoch, by its place. */
  readonly #plan: Uint32Array;
  readonly #optimizers: readonly StepOptimizer[];
  /** The parameters of each stage. */
  readonly #params: readonly (readonly Tensor[])[];
  readonly #devices: readonly Device[];
  readonly #sums = new LossSums();
  /** What decides the run; known where there are checkpoints. */
  #spec: LoopSpec | undefined;
  #position: Position;
  /** Stops the run after the step at hand, once it is aborted. */
  #stop: AbortSignal | undefined;
  /** The stages whose first step in this process was looked at. */
  readonly #looked = new Set<number>();
  /** Whether anything was done since the last checkpoint. */
  #unsaved = false;
  /** What the step under way has seen so far. */
  #group = { batches: 0, images: 0 };
  /** Whether a step is under way: if it fails, its parameters may be half updated, or not finite. */
  #stepping = false;

  /** How many batches make one step. */
  readonly #accumulate: number;

  /**
   * Checks what it is given.
   *
   * @param plan The stage of every epoch, by its place.
   */
  constructor(
    options: FitOptions & { method: Trainable },
    stages: readonly AnyStage[],
    plan: Uint32Array,
  ) {
    checkStages(stages);
    this.#options = options;
    this.#name = options.name ?? "training";
    this.#stages = stages;
    this.#plan = plan;
    this.#accumulate = options.accumulate ?? 1;
    this.#optimizers = [...new Set(stages.map((stage) => stage.optimizer))];
    this.#params = stages.map(({ optimizer }) => optimizer.paramGroups.flatMap((g) => g.params));
    this.#devices = devicesOf(this.#params.flat());
    this.#position = {
      epoch: 0,
      batch: 0,
      step: 0,
      stageSteps: stages.map(() => 0),
      sums: {},
      epochSums: {},
      seconds: 0,
      epochs: [],
    };
  }

  /** Trains. */
  async go(): Promise<FitResult> {
    const { signal, checkpoint } = this.#options;
    using own = signal === undefined && checkpoint !== undefined
      ? OwnInterrupt.listen()
      : undefined;
    this.#stop = signal ?? own?.signal;
    const result = await this.#train();
    if (own?.signal.aborted) {
      const { step } = this.#position;
      await own.end(
        `${this.#name}: interrupted at step ${step} of ${this.#total}; ` +
          (step > 0
            ? `the checkpoint ${checkpoint} is written, go on from it with resume: true`
            : "nothing was trained yet"),
      );
    }
    return result;
  }

  async #train(): Promise<FitResult> {
    const { epochs, seed, checkpoint, resume, metrics, method } = this.#options;
    if (checkpoint !== undefined) await checkWritable(checkpoint);
    if (seed !== undefined) torch.manualSeed(seed);
    for (const { batches } of this.#stages) method.meet?.(batches);
    const run = this.#parts();
    if (checkpoint !== undefined) {
      this.#spec = await withoutTrace(this.#devices, () => loopSpec(run));
    }
    if (resume && checkpoint !== undefined && await hasCheckpoint(checkpoint)) {
      const { differences = "error" } = resume === true ? {} : resume;
      const parts = { method, optimizers: this.#optimizers, stages: this.#stages };
      const comparison = { run, spec: this.#spec!, differences };
      this.#position = loadCheckpoint(checkpoint, parts, comparison);
      this.#sums.restore(this.#position.sums);
      // With the old options the run is the one that it was.
      if (differences === "old") {
        this.#spec = await withoutTrace(this.#devices, () => loopSpec(run));
      }
      this.#sayResumed(checkpoint);
    }
    const { step } = this.#position;
    if (resume) {
      metrics?.retain((record) =>
        record.run !== this.#name || !(typeof record.step === "number" && record.step > step)
      );
    }
    startTraining(method);
    // Gradients of before are none of this run's business, nor would they be there after a break.
    for (const optimizer of this.#optimizers) optimizer.zeroGrad();
    torch.clearGrads(Object.values(method.stateDict()).filter((tensor) => tensor.requiresGrad));
    if (this.#position.epoch >= epochs) return this.#result(true);
    try {
      // Within, so that its last line is written while the sums are there.
      using progress = this.#options.progress === false
        ? undefined
        : new RunProgress(this.#name, this.#total, step);
      while (this.#position.epoch < epochs) {
        if (!this.#stop?.aborted && await this.#epoch(progress)) continue;
        if (this.#unsaved) this.#checkpoint();
        return this.#result(false);
      }
      return this.#result(true);
    } catch (error) {
      this.#keepWork();
      throw error;
    } finally {
      this.#sums.clear();
    }
  }

  #parts(): LoopParts {
    return {
      method: this.#options.method,
      stages: this.#stages,
      plan: this.#plan,
      options: this.#options,
    };
  }

  /** The steps of all epochs. */
  get #total(): number {
    const steps = (place: number) =>
      Math.ceil(this.#stages[place].batches.length / this.#accumulate);
    return this.#plan.reduce((sum, place) => sum + steps(place), 0);
  }

  #sayResumed(checkpoint: string): void {
    if (this.#options.progress === false) return;
    const { step, epoch } = this.#position;
    const { epochs } = this.#options;
    say(
      epoch >= epochs
        ? `${this.#name}: done already: ${step} steps, ${epoch} epochs in ${checkpoint}`
        : `${this.#name}: resuming at step ${step} of ${this.#total} (epoch ${epoch + 1} of ` +
          `${epochs}) from ${checkpoint}`,
    );
  }

  #result(done: boolean): FitResult {
    return { done, step: this.#position.step, epochs: [...this.#position.epochs] };
  }

  /** Trains what is left of the epoch under way; false if it was interrupted. */
  async #epoch(progress: RunProgress | undefined): Promise<boolean> {
    const { logEvery = 50, checkpointEvery = Infinity, epochs, method } = this.#options;
    const position = this.#position;
    const { epoch } = position;
    const place = this.#plan[epoch];
    const stage = this.#stages[place];
    const { length } = stage.batches;
    const where: EpochPlace = {
      epoch: epoch + 1,
      epochs,
      ...(this.#stages.length > 1 && { stage: stage.name }),
    };
    const started = performance.now() - 1000 * position.seconds;
    if (position.batch < length) {
      for await (using batch of stage.batches.epoch(epoch, { from: position.batch })) {
        this.#stepping = true;
        torch.scope(() => this.#learn(place, batch));
        const ends = position.batch + this.#group.batches === length;
        if (this.#group.batches < this.#accumulate && !ends) continue;
        torch.scope(() => this.#update(place));
        position.seconds = (performance.now() - started) / 1000;
        progress?.step(position.step, where, this.#shownLoss);
        const last = position.batch === length;
        if (last || position.step % logEvery === 0) this.#record(stage);
        this.#stepping = false;
        if (!last && position.step % checkpointEvery === 0) this.#checkpoint();
        const pause = letSignalsIn();
        if (pause !== undefined) await pause;
        if (this.#stop?.aborted) return false;
        if (last) break;
      }
    }
    if (position.batch !== length) {
      throw new ArgumentError(
        `The batches of "${stage.name}" say that an epoch has ${length}, and gave ${position.batch} ` +
          `in epoch ${epoch + 1}. Their length must be what epoch() gives.`,
      );
    }
    await this.#endEpoch(stage, where, progress);
    return true;
  }

  /** The mean loss since the last record, or before there is one that of the epoch. Waits for the device. */
  readonly #shownLoss = (): number | undefined => {
    const { epochSums, epochs } = this.#position;
    const last = epochs.at(-1)?.loss;
    return meansOf(this.#sums.read()).loss ?? meansOf(epochSums).loss ??
      (typeof last === "number" ? last : undefined);
  };

  /** Adds the gradients of a batch to those of the step under way. */
  #learn(place: number, batch: unknown): void {
    const stage = this.#stages[place];
    const group = this.#group;
    const { autocast } = this.#options;
    if (group.batches === 0) stage.schedule?.step(this.#position.stageSteps[place]);
    const { loss, terms } = autocast === undefined
      ? stage.step(batch)
      : torch.autocast(() => stage.step(batch), { dtype: autocast, device: this.#devices.at(-1) });
    if (!(loss instanceof Tensor)) {
      throw new ArgumentError(
        `step() of "${stage.name}" must return { loss, terms } with a tensor as the loss, at once ` +
          `and not as a promise; the loss is ${loss === null ? "null" : typeof loss}.`,
      );
    }
    if (this.#options.checkFinite ?? loss.device === "cpu") {
      checkLoss(loss, terms, this.#place(stage));
    }
    const first = !this.#looked.has(place);
    if (first) checkLossDepends(stage.name, loss);
    if (this.#accumulate === 1) {
      loss.backward();
    } else {
      // A batch counts by its images; the sum is divided when it is known how many there are.
      const images = imagesIn(batch);
      group.images += images;
      loss.mul(images).backward();
    }
    if (first) this.#lookAtGradients(place);
    group.batches++;
    this.#sums.add("loss", loss);
    for (const name in terms) this.#sums.add(name, terms[name]);
  }

  /** Takes the step that the gradients of its batches lead to. */
  #update(place: number): void {
    const stage = this.#stages[place];
    const position = this.#position;
    const group = this.#group;
    const { clipNorm } = this.#options;
    if (this.#accumulate > 1) divideGrads(this.#params[place], group.images);
    if (clipNorm !== undefined) clipGradNorm(this.#params[place], clipNorm);
    stage.optimizer.step();
    // Those of other stages too: a loss may reach their parameters, and their own steps start from nothing.
    for (const optimizer of this.#optimizers) optimizer.zeroGrad();
    position.stageSteps[place]++;
    position.batch += group.batches;
    position.step++;
    this.#group = { batches: 0, images: 0 };
    this.#unsaved = true;
  }

  #place(stage: AnyStage): Place {
    return { stage, position: this.#position, checkpoint: this.#options.checkpoint };
  }

  /** After the first backward of a stage: whether the optimizer has what the loss depends on. */
  #lookAtGradients(place: number): void {
    this.#looked.add(place);
    const { name } = this.#stages[place];
    const { method } = this.#options;
    for (const line of checkGradients(name, method, this.#params[place], this.#optimizers)) {
      say(`${this.#name}: ${line}`);
    }
  }

  /** Records the means since the last record, and makes sure that they are numbers. */
  #record(stage: AnyStage): void {
    const { step, epoch, epochSums } = this.#position;
    const sums = this.#sums.read();
    const means = meansOf(sums);
    this.#options.metrics?.log({
      run: this.#name,
      event: "steps",
      step,
      epoch: epoch + 1,
      stage: stage.name,
      lr: stage.optimizer.lr,
      ...means,
    });
    checkMeans(means, this.#place(stage));
    addSums(epochSums, sums);
    this.#sums.clear();
  }

  async #endEpoch(
    stage: AnyStage,
    where: EpochPlace,
    progress: RunProgress | undefined,
  ): Promise<void> {
    const { epochs, evaluate, evaluateEvery = 1, checkpointEvery = 1, metrics } = this.#options;
    const position = this.#position;
    const epoch = position.epoch + 1;
    const means = meansOf(position.epochSums);
    const told = this.#options.method.endEpoch?.() ?? {};
    const record: Record<string, MetricRecord[string]> = {
      epoch,
      step: position.step,
      stage: stage.name,
      ...means,
      ...told,
      seconds: position.seconds,
    };
    let evaluated: MetricRecord | undefined;
    if (evaluate !== undefined && (epoch % evaluateEvery === 0 || epoch === epochs)) {
      evaluated = await this.#evaluate(evaluate, epoch, [
        ...taken,
        ...Object.keys(means),
        ...Object.keys(told),
      ]);
      Object.assign(record, evaluated);
    }
    progress?.epoch(where, means, evaluated, position.seconds);
    position.epoch = epoch;
    position.batch = 0;
    position.epochSums = {};
    position.seconds = 0;
    position.epochs.push(record);
    metrics?.log({ run: this.#name, event: "epoch", ...record });
    this.#unsaved = true;
    if (epoch === epochs || position.step % checkpointEvery === 0) this.#checkpoint();
  }

  /** Evaluates without a trace: the random numbers and the mode of training are what they were. */
  async #evaluate(
    evaluate: NonNullable<FitOptions["evaluate"]>,
    epoch: number,
    taken: readonly string[],
  ): Promise<MetricRecord> {
    const { method } = this.#options;
    const restore = rememberModes(method.modules?.() ?? []);
    method.train(false);
    try {
      const found = await withoutTrace(this.#devices, () => evaluate(epoch));
      const clash = Object.keys(found ?? {}).filter((field) => taken.includes(field));
      if (clash.length > 0) {
        throw new ArgumentError(
          `evaluate() returned ${
            clash.join(", ")
          }, which the loop records itself; use other names.`,
        );
      }
      return found;
    } finally {
      method.train(true);
      restore();
    }
  }

  /** Writes the checkpoint where something else than a step failed: images that cannot be read, say, or an evaluation. */
  #keepWork(): void {
    if (!this.#unsaved || this.#stepping) return;
    try {
      this.#checkpoint();
    } catch {
      // What failed first is what its user has to know.
    }
  }

  #checkpoint(): void {
    const { checkpoint, method } = this.#options;
    if (checkpoint === undefined) return;
    this.#position.sums = this.#sums.read();
    const { epoch, sums } = this.#position;
    const now = this.#stages[this.#plan[Math.min(epoch, this.#plan.length - 1)]];
    checkMeans(meansOf(sums), this.#place(now));
    this.#stages.forEach((stage, i) => checkParameters(this.#params[i], this.#place(stage)));
    const spec = this.#spec;
    const parts = { method, optimizers: this.#optimizers, stages: this.#stages, spec };
    saveCheckpoint(checkpoint, parts, this.#position);
    this.#unsaved = false;
  }
}
