/**
 * One run of the training loop.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Spec } from "../base/spec.ts";
import { letSignalsIn } from "../base/interrupt.ts";
import { rememberModes } from "../nn/modes.ts";
import { quietly, say } from "../base/progress.ts";
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
import type { FitOptions, FitResult } from "./fit_options.ts";
import { addSums, LossSums, meansOf } from "./loss_sums.ts";
import { groupsOf } from "./groups.ts";
import type { StepOptimizer, Trainable } from "./stage.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { startTraining } from "./modes.ts";
import { OwnInterrupt } from "./own_interrupt.ts";
import { Peers } from "./peers.ts";
import { devicesOf, withoutTrace } from "../torch/random_states.ts";
import { checkStages } from "./loop_checks.ts";
import { loopSpec } from "./loop_spec.ts";
import type { AnyStage, LoopParts, LoopSpec } from "./loop_parts.ts";
import { type EpochPlace, RunProgress } from "./show.ts";
import { KeepBest } from "./best_file.ts";
import { Capture } from "./capture.ts";
import { cudaGraphs, type GraphEngine } from "./graph_engine.ts";
import { studentOf, Update } from "./update.ts";

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
  /** Whether the best epoch was long enough ago. */
  #stopped = false;
  /** Whether a step is under way: if it fails, its parameters may be half updated, or not finite. */
  #stepping = false;

  readonly #update: Update;
  /** What records steps, where that is wanted and can be. */
  readonly #capture: Capture | null;
  readonly #best: KeepBest | null;
  readonly #peers: Peers;

  /**
   * Checks what it is given.
   *
   * @param plan The stage of every epoch, by its place.
   * @param peers The processes that train together.
   */
  constructor(
    options: FitOptions & { method: Trainable },
    stages: readonly AnyStage[],
    plan: Uint32Array,
    peers = new Peers(),
  ) {
    checkStages(stages);
    this.#peers = peers;
    this.#options = peers.leads ? options : following(options);
    this.#name = options.name ?? "training";
    this.#stages = stages = peers.shareStages(stages);
    this.#plan = plan;
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
    const { method, best } = this.#options;
    this.#update = new Update(options, method, this.#optimizers, this.#devices.at(-1)!);
    this.#capture = options.capture ? this.#recorder() : null;
    this.#best = best === undefined ? null : new KeepBest(best, studentOf(method));
  }

  /** What records steps on the card; null where that cannot be, which is said. */
  #recorder(): Capture | null {
    const { accumulate = 1, checkFinite, engine } = this.#options as FitOptions & {
      engine?: GraphEngine;
    };
    const reason = this.#peers.areSeveral
      ? "several processes train together"
      : accumulate > 1
      ? "several batches make one"
      : checkFinite
      ? "checkFinite looks at every loss"
      : null;
    const found = reason ?? engine ?? cudaGraphs(this.#devices.at(-1)!);
    const tell = (line: string) => say(`${this.#name}: ${line}`);
    if (typeof found === "string") {
      tell(`steps are not recorded as graphs: ${found}`);
      return null;
    }
    const { method } = this.#options;
    return new Capture({ engine: found, update: this.#update, method, say: tell });
  }

  /** Trains. */
  async go(): Promise<FitResult> {
    const { signal, checkpoint } = this.#options;
    using own = signal === undefined && checkpoint !== undefined
      ? OwnInterrupt.listen()
      : undefined;
    using _ = this.#update;
    using _capture = this.#capture;
    using peers = this.#peers;
    using _quiet = peers.leads ? undefined : quietly();
    this.#stop = signal ?? own?.signal;
    let result: FitResult;
    try {
      result = await this.#train();
      // What rank 0 writes last is there for all who go on.
      peers.meet();
    } catch (error) {
      throw peers.explain(error);
    }
    if (own?.signal.aborted) {
      const { step } = this.#position;
      const kept = step > 0
        ? `the checkpoint ${checkpoint} is written, go on from it with resume: true`
        : "nothing was trained yet";
      const message = `${this.#name}: interrupted at step ${step} of ${this.#total}; ${kept}`;
      await own.end(peers.leads ? message : null);
    }
    return result;
  }

  async #train(): Promise<FitResult> {
    const { seed, checkpoint, resume, metrics, method } = this.#options;
    const peers = this.#peers;
    if (checkpoint !== undefined && peers.leads) await checkWritable(checkpoint);
    if (seed !== undefined) torch.manualSeed(peers.seedOf(seed));
    for (const { batches } of this.#stages) method.meet?.(batches);
    const run = this.#parts();
    if (checkpoint !== undefined || peers.areSeveral) {
      this.#spec = await withoutTrace(this.#devices, () => loopSpec(run));
      const { parts, rates, plan } = this.#spec;
      peers.checkSame({ ...parts as Record<string, Spec>, rates, plan } as Spec);
    }
    const isThere = resume && checkpoint !== undefined && await hasCheckpoint(checkpoint);
    if (resume) peers.checkSeen(checkpoint!, Boolean(isThere));
    if (isThere) {
      const { differences = "error" } = resume === true ? {} : resume;
      const update = this.#update;
      const { share } = peers;
      const parts = { method, optimizers: this.#optimizers, stages: this.#stages, update, share };
      const comparison = { run, spec: this.#spec!, differences };
      this.#position = loadCheckpoint(checkpoint, parts, comparison);
      this.#sums.restore(this.#position.sums);
      if (this.#best !== null && this.#position.best) {
        this.#best.best.restore(this.#position.best);
        this.#stopped = this.#best.stopped;
      }
      // With the old options the run is the one that it was.
      if (differences === "old") {
        this.#spec = await withoutTrace(this.#devices, () => loopSpec(run));
      }
      this.#sayResumed(checkpoint);
    }
    if (resume) metrics?.retain((record) => record.run !== this.#name || this.#holds(record));
    peers.alike(Object.values(method.stateDict()));
    if (!await this.#prepare()) return this.#result(false);
    startTraining(method);
    // Gradients of before are none of this run's business, nor would they be there after a break.
    for (const optimizer of this.#optimizers) optimizer.zeroGrad();
    torch.clearGrads(Object.values(method.stateDict()).filter((tensor) => tensor.requiresGrad));
    if (this.#ended) return this.#result(true);
    try {
      // Within, so that its last line is written while the sums are there.
      using progress = this.#options.progress === false
        ? undefined
        : new RunProgress(this.#name, this.#total, this.#position.step);
      while (!this.#ended) {
        if (!this.#isToStop && await this.#epoch(progress)) continue;
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

  /** Lets the method look at all training images, if it has to; false if it was interrupted. */
  async #prepare(): Promise<boolean> {
    const { method, progress } = this.#options;
    const options = { signal: this.#stop, progress };
    for (const { batches } of this.#stages) {
      if (await method.prepare?.(batches, options) === false) return false;
    }
    return true;
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
    const steps = (place: number) => this.#update.stepsOf(this.#stages[place].batches.length);
    return this.#plan.reduce((sum, place) => sum + steps(place), 0);
  }

  /** Whether a record is of what the checkpoint holds, and is not made again. */
  #holds(record: MetricRecord): boolean {
    const { step, epoch } = this.#position;
    // A run that was stopped at an epoch's last step has its record still to come.
    const isLater = record.event === "epoch" && Number(record.epoch) > epoch;
    return !isLater && !(typeof record.step === "number" && record.step > step);
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

  /** Whether to stop: as soon as one of the processes is asked to, all do, after the same step. */
  get #isToStop(): boolean {
    return this.#peers.any(this.#stop?.aborted ?? false);
  }

  get #ended(): boolean {
    return this.#stopped || this.#position.epoch >= this.#options.epochs;
  }

  #result(done: boolean): FitResult {
    // What the run leaves behind is the average; the checkpoint has both.
    if (done) this.#update.ema?.swap();
    const { step, epoch, epochs } = this.#position;
    const best = this.#best?.best;
    return {
      done,
      step,
      epochs: [...epochs],
      ...(best?.value !== undefined && { best: { value: best.value, epoch: best.epoch! } }),
      ...(this.#stopped && { stopped: epoch }),
    };
  }

  /** Trains what is left of the epoch under way; false if it was interrupted. */
  async #epoch(progress: RunProgress | undefined): Promise<boolean> {
    const { logEvery = 50, checkpointEvery = Infinity, epochs } = this.#options;
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
      const batches = batchesOf(stage, epoch, position.batch);
      const { accumulate = 1 } = this.#options;
      for await (using group of groupsOf(batches, accumulate, length - position.batch)) {
        this.#stepping = true;
        if (this.#capture === null) {
          for (const batch of group.batches) {
            const isLast = batch === group.batches.at(-1);
            torch.scope(() => this.#learn(place, batch, { isLast }));
          }
          torch.scope(() => this.#step(place));
        } else torch.scope(() => this.#recordedStep(this.#capture!, place, group.batches));
        position.seconds = (performance.now() - started) / 1000;
        progress?.step(position.step, where, this.#shownLoss);
        const last = position.batch === length;
        if (last || position.step % logEvery === 0) this.#record(stage);
        this.#stepping = false;
        if (!last && position.step % checkpointEvery === 0) this.#checkpoint();
        const pause = letSignalsIn();
        if (pause !== undefined) await pause;
        if (this.#isToStop) return false;
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

  /** Makes a step as part of a card's work that is recorded, as far as that can be. */
  #recordedStep(capture: Capture, place: number, batches: readonly unknown[]): void {
    const stage = this.#stages[place];
    const position = this.#position;
    stage.schedule?.step(position.stageSteps[place]);
    const made = capture.step(stage, this.#params[place], batches[0]);
    if (made === null) {
      return capture.watch(stage, batches[0], () => {
        this.#learn(place, batches[0], { isLast: true, isScheduled: true });
        this.#step(place, capture.ratesOf(stage));
      });
    }
    this.#sums.add("loss", made.loss);
    for (const name in made.terms) this.#sums.add(name, made.terms[name]);
    this.#stepped(place, 1);
  }

  /** Adds the gradients of a batch to those of the step under way, of which it may be the last. */
  #learn(
    place: number,
    batch: unknown,
    { isLast, isScheduled = false }: { isLast: boolean; isScheduled?: boolean },
  ): void {
    const stage = this.#stages[place];
    if (this.#update.pending === 0 && !isScheduled) {
      stage.schedule?.step(this.#position.stageSteps[place]);
    }
    const { loss, terms } = this.#update.compute(() => stage.step(batch));
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
    this.#update.backward(loss, batch, (scaled) => {
      if (isLast) this.#peers.reduce(place, this.#params[place], scaled);
    });
    if (first) this.#checkGradients(place);
    this.#sums.add("loss", loss);
    for (const name in terms) this.#sums.add(name, terms[name]);
  }

  /** Takes the step that the gradients of its batches lead to. */
  #step(place: number, rates?: readonly Tensor[]): void {
    const { pending } = this.#update;
    this.#update.step(this.#stages[place].optimizer, this.#params[place], { rates });
    this.#stepped(place, pending);
  }

  /** Counts a step of so many batches. */
  #stepped(place: number, batches: number): void {
    const position = this.#position;
    position.batch += batches;
    position.stageSteps[place]++;
    position.step++;
    this.#unsaved = true;
  }

  #place(stage: AnyStage): Place {
    return { stage, position: this.#position, checkpoint: this.#options.checkpoint };
  }

  /** After the first backward of a stage: whether the optimizer has what the loss depends on. */
  #checkGradients(place: number): void {
    this.#looked.add(place);
    const { name } = this.#stages[place];
    const { method } = this.#options;
    for (const line of checkGradients(name, method, this.#params[place], this.#optimizers)) {
      if (this.#peers.leads) say(`${this.#name}: ${line}`);
    }
  }

  /** Records the means since the last record, and makes sure that they are numbers. */
  #record(stage: AnyStage): void {
    const { step, epoch, epochSums } = this.#position;
    const sums = this.#peers.meanOf(this.#sums.read());
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
    if (this.#peers.areSeveral) this.#options.method.joinCounts?.();
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
    position.best = this.#best?.best.state() ?? null;
    metrics?.log({ run: this.#name, event: "epoch", ...record });
    this.#unsaved = true;
    const ends = epoch === epochs || this.#stopped;
    if (ends || position.step % checkpointEvery === 0) this.#checkpoint();
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
      const found = await this.#update.withAverage(async () => {
        const record = this.#peers.same(
          await withoutTrace(this.#devices, () => evaluate(epoch)),
        );
        const name = this.#peers.leads ? this.#name : null;
        this.#stopped = this.#best?.note(record ?? {}, epoch, name) ?? false;
        return record;
      });
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
    // Of several processes the others may be elsewhere.
    if (!this.#unsaved || this.#stepping || this.#peers.areSeveral) return;
    try {
      this.#checkpoint();
    } catch {
      // What failed first is what its user has to know.
    }
  }

  #checkpoint(): void {
    const { checkpoint, method } = this.#options;
    if (checkpoint === undefined) return;
    const peers = this.#peers;
    if (peers.areSeveral) method.joinCounts?.();
    this.#position.sums = peers.meanOf(this.#sums.read());
    const { epoch, sums } = this.#position;
    const now = this.#stages[this.#plan[Math.min(epoch, this.#plan.length - 1)]];
    checkMeans(meansOf(sums), this.#place(now));
    this.#stages.forEach((stage, i) => checkParameters(this.#params[i], this.#place(stage)));
    const spec = this.#spec;
    const update = this.#update;
    torch.scope(() => {
      const random = peers.randomStates(this.#devices);
      const stages = this.#stages;
      const parts = { method, optimizers: this.#optimizers, stages, spec, update, random };
      if (peers.leads) saveCheckpoint(checkpoint, parts, this.#position);
    });
    this.#unsaved = false;
  }
}

/** What a process does that another one leads: it writes nothing and shows nothing. */
function following<O extends FitOptions>(options: O): O {
  const { metrics: _, best, ...rest } = options;
  return { ...rest, progress: false, ...(best && { best: { ...best, file: undefined } }) } as O;
}

/** The batches of an epoch from one on, with the images that the stage looks at. */
function batchesOf(
  { batches, images }: AnyStage,
  epoch: number,
  from: number,
): Iterable<Disposable> | AsyncIterable<Disposable> {
  return images === "labelled" && batches.labelledEpoch !== undefined
    ? batches.labelledEpoch(epoch, { from })
    : batches.epoch(epoch, { from });
}
