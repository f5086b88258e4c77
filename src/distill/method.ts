/**
 * The one contract of all ways to teach a student.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../base/errors.ts";
import type { Spec } from "../base/spec.ts";
import type { Batch, LabelledBatch, UnlabelledBatch } from "../data/batch.ts";
import { knownColumns } from "../data/known_columns.ts";
import type { MixedBatch } from "../data/mixed_batch.ts";
import { Classifier } from "../nn/classifier.ts";
import { joinNorms } from "../nn/join_norms.ts";
import { Module } from "../nn/module.ts";
import { peers } from "../nn/sharers.ts";
import { withSharers } from "../nn/with_sharers.ts";
import { moduleSpec } from "../nn/spec.ts";
import type { Opinions } from "../teachers/opinions.ts";
import { Shelf } from "../teachers/shelf.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { countNotFinite } from "./checks.ts";
import { checkLearners, partsOf } from "./check_needs.ts";
import { meetClasses } from "./meet_classes.ts";
import type { Needs } from "./needs.ts";
import { inAll, leaveOutTogether, sharersOf } from "./processes.ts";
import { Seen } from "./seen.ts";
import { checkJoins, hasEpochs, survey, type SurveyOptions, waiting } from "./survey.ts";
import { Terms } from "./terms.ts";

/** Any batch that a method may take. */
export type AnyBatch = UnlabelledBatch | LabelledBatch | MixedBatch;

/** What a step computed. Nobody has called `backward` yet. */
export interface StepResult {
  /** What to minimize: one element, with its graph. */
  loss: Tensor;
  /** The parts of the loss by name, unweighted and without a graph, for the record. */
  terms: Record<string, Tensor>;
}

/** A part of a method that counts, in each process what that one sees. */
interface Counts {
  /** Adds up what processes have counted. */
  joinCounts(): void;
}

/** One kind of epoch of a method. */
export interface MethodStage<S extends string = string> {
  /** The stage's name in records, and in what a run is given for each stage. */
  readonly name: S;
  /** `"labelled"` where the stage looks at the labelled images of a batch only: the training loop then loads no others. */
  readonly images?: "labelled";
  /** Returns what the stage's optimizer gets. */
  learns(): Tensor[];
}

/** Who learns, and who teaches: what every method is given beside its options. */
export interface Learners {
  /** Who is taught. */
  student: Classifier;
  /** Who teaches: a shelf, or the teachers that one is made of. */
  teachers: readonly Teacher[] | Shelf;
  /**
   * Stops with a `TrainingError` that names the culprit when a loss is not finite; by default on the CPU, where
   * looking costs nothing.
   */
  checkFinite?: boolean;
}

/**
 * A way to teach a student: a module of the student and of all that is trained with it and thrown away afterwards. Its
 * parameters are what optimizers get, its state dict what a checkpoint holds. The teachers are no part of it.
 *
 * A method says what it needs, which stages it has and what each of them learns, and gives a lesson. This class asks the
 * shelf, shows the student its view, opens the scope, weighs the terms and looks for NaN; the training loop counts epochs.
 *
 * @example
 * ```ts
 * import { type data, distill, nn } from "@apprentice/distill";
 *
 * // The student's features should be as long as the teachers' on average.
 * class Lengths extends distill.Method<data.UnlabelledBatch> {
 *   static override readonly needs: distill.Needs = { images: "unlabelled" };
 *   protected override lesson({ student, opinions }: distill.Seen, terms: distill.Terms): void {
 *     const [first, ...rest] = opinions.features.map((features) => features.norm(2, 1));
 *     const mean = rest.reduce((sum, length) => sum.add(length), first).div(rest.length + 1);
 *     terms.add("lengths", 1, () => nn.functional.mseLoss(student.features.norm(2, 1), mean));
 *   }
 * }
 * ```
 */
export abstract class Method<B extends AnyBatch = AnyBatch, S extends string = "train">
  extends Module {
  /** What the method asks for. */
  static readonly needs: Needs = { images: "unlabelled" };

  /** The student, which is what remains. */
  readonly student: Classifier;
  /** The teachers. */
  readonly shelf: Shelf;
  /** The kinds of epoch; one that trains all parameters by default. */
  readonly stages: readonly MethodStage<S>[] = [
    { name: "train" as S, learns: () => this.parameters() },
  ];
  readonly #checkFinite: boolean | undefined;
  readonly #who: readonly Teacher[];
  /** What the method is trained on, once that is known. */
  #batches: unknown;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if the method's needs are not met; {ShapeError} if a teacher votes on other classes. @ignore
   */
  constructor({ student, teachers, checkFinite }: Learners) {
    super();
    this.shelf = teachers instanceof Shelf ? teachers : new Shelf(teachers);
    this.student = student;
    this.#checkFinite = checkFinite;
    checkLearners(this.name, this.needs, student, this.shelf);
    this.#who = this.needs.onlyVoters ? this.shelf.voters : this.shelf.teachers;
  }

  /** The method's name in messages and records. */
  get name(): string {
    return this.constructor.name;
  }

  /** What the method asks for. */
  get needs(): Needs {
    return (this.constructor as typeof Method).needs;
  }

  /** Who teaches, in order. */
  get teachers(): readonly Teacher[] {
    return this.shelf.teachers;
  }

  /**
   * Adds the terms of the loss: the method's equations.
   *
   * @param seen The images, what the student makes of them, what the teachers say.
   * @param terms The loss, in the making.
   * @param stage Which stage it is of.
   */
  protected abstract lesson(seen: Seen, terms: Terms, stage: S): void;

  /** The method's options, all filled in. @ignore */
  protected settings(): Spec {
    return {};
  }

  /**
   * The loss of one batch, with its graph; `backward` and the optimizer are the caller's part.
   *
   * Of a batch that several processes share (`Loader.share`) each has its own loss. Their mean is the loss of the batch, and
   * the mean of their gradients its gradients: `torch.distributed.Reducer` takes it. Batch norms take statistics of all. A
   * batch that is not shared is the same in every process, and so is its loss.
   *
   * @param stage Which stage; may be left out where there is one.
   * @throws {ArgumentError} if the batch is not of the kind that the method needs, or there is no such stage, or other processes
   * share it than train together.
   * @throws {ShapeError} if the student's or a teacher's output is not as declared.
   * @throws {TrainingError} if the loss is not finite, naming the teacher that it comes from.
   */
  step(batch: B, stage?: S): StepResult {
    const { name } = this.#stage(stage);
    const parts = partsOf(this.name, this.needs, batch);
    const group = sharersOf(parts[0].share);
    return scope(() =>
      withSharers(group, () => {
        const { student, shelf, needs: { stages, patches } } = this;
        const seen = new Seen(parts, { student, shelf, who: this.#who, stages, patches });
        const terms = new Terms();
        this.lesson(seen, terms, name);
        this.#checkLoss(terms.loss, seen);
        return { loss: terms.loss, terms: terms.values };
      })
    );
  }

  /** What the teachers say about each part of a batch, as a step asks them. @ignore */
  hear(batch: B): { part: Batch; opinions: Opinions }[] {
    const { patches } = this.needs;
    return partsOf(this.name, this.needs, batch).map((part) => ({
      part,
      opinions: this.shelf.ask(part, this.#who, { patches }),
    }));
  }

  /** Whether what the teachers say about a batch can be recorded on its device. @ignore */
  hearsOnDevice(batch: B): boolean {
    return partsOf(this.name, this.needs, batch)
      .every((part) => this.shelf.computesOn(part, this.#who));
  }

  #stage(name: S | undefined): MethodStage<S> {
    const { stages } = this;
    const found = name === undefined && stages.length === 1
      ? stages[0]
      : stages.find((stage) => stage.name === name);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `${this.name} has the stages ${
        stages.map(({ name }) => name).join(", ")
      }; a step is of one of them, got ${name === undefined ? "none" : JSON.stringify(name)}.`,
    );
  }

  /** Which stage an epoch is of, by its name; each in turn by default. The first epoch is 0. */
  stageOf(epoch: number): S {
    if (!Number.isSafeInteger(epoch) || epoch < 0) {
      throw new ArgumentError(`An epoch is a whole number from 0, got ${epoch}.`);
    }
    return this.stages[epoch % this.stages.length].name;
  }

  /**
   * What decides its losses beside its state: its options, the layers of what is trained, the teachers by the fingerprints
   * of their weights, or by what they say where they are functions. A checkpoint keeps it, so that a run is not continued as
   * another one without a word.
   */
  async spec(): Promise<Spec> {
    return {
      name: this.name,
      options: this.settings(),
      trained: moduleSpec(this),
      teachers: await this.shelf.spec(this.#batches),
    };
  }

  /** What changes while it is trained and is no tensor: which teachers were left out, and why. */
  getExtraState(): Spec {
    return { leftOut: Object.fromEntries(this.shelf.leftOut) };
  }

  /** Leaves out who was left out before a break. */
  setExtraState(state: Spec): void {
    const { leftOut = {} } = state as { leftOut?: Readonly<Record<string, string>> };
    for (const [name, reason] of Object.entries(leftOut)) this.shelf.leaveOut(name, reason);
  }

  /**
   * Told what it is trained on, before it is: a student that has no names for its classes takes them from labelled images.
   *
   * @throws {ArgumentError} if these have other classes than the student knows.
   */
  meet(batches: unknown): void {
    this.#batches ??= batches;
    if (this.student instanceof Classifier) meetClasses(this.student, batches);
  }

  /**
   * Shows all training images once to what takes statistics of them before the first step, such as the mean and deviation of
   * teachers' features. The training loop does it; whoever writes a loop of their own awaits it first. Does nothing where
   * nothing asks for it, or it was done. Where several processes train together all of them call it: each looks at its share
   * of the images, and all have the statistics of all.
   *
   * @param batches What it is trained on: a `data.Loader`, or two of `data.zipLoaders`.
   * @returns Whether all is ready; false if it was stopped.
   * @throws {ArgumentError} if they are no batches with epochs, such as a plain list.
   */
  async prepare(batches: unknown, options: SurveyOptions = {}): Promise<boolean> {
    const asking = waiting(this.modules());
    if (asking.length === 0) return true;
    if (!hasEpochs(batches)) {
      throw new ArgumentError(
        `${this.name} looks once at all training images before the first step: give prepare() a data.Loader, not ` +
          `${batches === null ? "null" : typeof batches}.`,
      );
    }
    const group = peers();
    if (group !== null) checkJoins(this.name, asking);
    for (const one of asking) one.begin?.();
    const seen = await survey(batches, (part) => {
      // A batch that is not shared is seen by all, and counts once.
      if (sharersOf(part.share) === null && group !== null && group.rank > 0) return;
      const opinions = this.shelf.ask(part, this.#who, { patches: this.needs.patches });
      for (const one of asking) one.observe(opinions);
    }, options);
    const done = inAll(seen, group);
    if (done) leaveOutTogether(this.shelf, group);
    for (const one of asking) {
      if (done && group !== null) one.join!(group);
      if (done) one.settle();
      else one.begin?.();
    }
    return done;
  }

  /**
   * Makes what no gradients change the same in all processes that train together: adds up what each has counted, such as how
   * votes went, and takes running statistics of the first. Then the state dict of each is that of one process. All of them call
   * it, at the end of an epoch and before one writes a checkpoint. Does nothing where there is one.
   */
  joinCounts(): void {
    const parts = [...this.modules()].filter((part) => part !== this);
    for (const part of parts) (part as Partial<Counts>).joinCounts?.();
    const group = peers();
    if (group !== null) joinNorms(parts, group);
  }

  /** What there is to tell of the epoch that ended, for the record; the next one starts from nothing. */
  endEpoch(): Record<string, number | readonly number[]> {
    return {};
  }

  /** The student's logits for images (B, C, H, W): (B, numClasses). */
  override forward(images: Tensor): Tensor {
    return this.student.forward(images);
  }

  /** Frees what is trained beside the student. The student and the teachers stay. */
  override dispose(): void {
    for (const child of this.children()) if (child !== this.student) child.dispose();
  }

  /** Puts what is trained beside the student where the student is, in float64 if it is. @ignore */
  protected joinStudent(): void {
    const [parameter] = this.student.parameters();
    if (parameter === undefined) return;
    const { device, dtype } = parameter;
    const target = dtype === "float64" ? { device, dtype } : { device };
    for (const child of this.children()) if (child !== this.student) child.to(target);
  }

  /**
   * Throws if the loss is not finite, naming where that comes from. Reading the loss makes the
   * processor wait for a GPU, so that there it is done only if asked for.
   */
  #checkLoss(loss: Tensor, { heard }: Seen): void {
    if (!(this.#checkFinite ?? loss.device === "cpu")) return;
    const value = loss.item();
    if (Number.isFinite(value)) return;
    for (const name of heard?.names ?? []) {
      for (const [what, all] of Object.entries(heard!.of(name))) {
        const part = knownColumns(all, what === "logits" ? heard!.known(name) : null);
        const bad = countNotFinite(part);
        if (bad === 0) continue;
        throw new TrainingError(
          `${bad} of ${part.numel} values are NaN or infinite in the ${what} of teacher "${name}". Look at its ` +
            `weights and at what its images are normalized by, or leave failing teachers out with new Shelf(teachers, ` +
            `{ onFailure: "leaveOut" }).`,
        );
      }
    }
    throw new TrainingError(
      `The loss is ${value}, while all that the teachers say is finite: the student or what is trained ` +
        `with it has gone out of bounds. Lower the learning rate, clip gradients, or look for NaN in the images.`,
    );
  }
}
