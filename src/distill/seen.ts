/**
 * What a lesson is about: images, what the student makes of them, and what the teachers say.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { type Batch, LabelledBatch } from "../data/batch.ts";
import type { Backbone, StagedFeatures } from "../models/backbone.ts";
import { Classifier } from "../nn/classifier.ts";
import { layOut } from "../nn/lay_out.ts";
import type { Module } from "../nn/module.ts";
import { peers, sharers } from "../nn/sharers.ts";
import { Opinions } from "../teachers/opinions.ts";
import type { Shelf } from "../teachers/shelf.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { rand, tensor, zeros } from "../torch/creation.ts";
import { broadcast, type ProcessGroup } from "../torch/distributed/mod.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkMatrix } from "./checks.ts";
import { gatherRows, leaveOutTogether, meanOver } from "./processes.ts";
import { upcast } from "./upcast.ts";

/** What a student makes of images. */
export interface StudentOutput {
  /** (B, featureDim) */
  features: Tensor;
  /** (B, numClasses) */
  logits: Tensor;
  /** What each stage ends with (B, stageDims[i], H_i, W_i); none unless the method needs stages. */
  stages: Tensor[];
}

/** Who sees. */
export interface Seers {
  /** Who is taught. */
  readonly student: Module;
  /** Who teaches. */
  readonly shelf: Shelf;
  /** Which of the teachers are asked. */
  readonly who: readonly Teacher[];
  /** Whether the student's stages are wanted; false by default. */
  readonly stages?: boolean;
  /** Whether the teachers' patches are wanted; false by default. */
  readonly patches?: boolean;
}

/**
 * The images of one step. The student and the teachers are only asked for what a lesson looks at, and once; labelled
 * images come before unlabelled ones, and go through the student as one batch: one set of batch statistics for both (ours).
 *
 * Where several processes share a batch, these are the images of one of them, as many as each has, and the loss of the batch is
 * the mean of theirs. So a loss that is a mean over images needs nothing more. One that compares images with each
 * other takes those of all processes, with {@linkcode Seen.gathered}; one that divides by a number that differs between
 * processes takes {@linkcode Seen.averaged} of that; what is random about a batch is {@linkcode Seen.draws}.
 */
export class Seen {
  /** How many images there are. */
  readonly count: number;
  /** How many of them, the first ones, are labelled. */
  readonly labelledCount: number;
  /** How many images the batch has, with those of all processes that share it. */
  readonly wholeCount: number;
  /** Who shares the batch; null for a whole one. */
  readonly #sharers: ProcessGroup | null = sharers() ?? null;
  readonly #parts: readonly Batch[];
  readonly #seers: Seers;
  #images: Tensor | undefined;
  #student: StudentOutput | undefined;
  #opinions: Opinions | undefined;
  #labelled: Seen | undefined;

  /** Takes the parts of a batch, the labelled one first. */
  constructor(parts: readonly Batch[], seers: Seers) {
    this.#parts = parts;
    this.#seers = seers;
    this.count = parts.reduce((sum, part) => sum + part.length, 0);
    this.labelledCount = parts[0] instanceof LabelledBatch ? parts[0].length : 0;
    this.wholeCount = this.count * (this.#sharers?.size ?? 1);
  }

  /** Whether several processes share the batch, and these are the images of one of them. */
  get isShared(): boolean {
    return this.#sharers !== null;
  }

  /** The images as the student's view has them (B, C, H, W). */
  get images(): Tensor {
    const { student } = this.#seers;
    const view = student instanceof Classifier ? student.view : null;
    return this.#images ??= layOut(
      student,
      joined(this.#parts.map((part) => part.studentView(view))),
    );
  }

  /** What the student makes of them, in float32 or wider, checked against what it declares. */
  get student(): StudentOutput {
    return this.#student ??= this.#askStudent();
  }

  /** What the teachers say about them. */
  get opinions(): Opinions {
    return this.#opinions ??= this.#askTeachers();
  }

  /** What was asked of the teachers so far, for looking into what went wrong. */
  get heard(): Opinions | undefined {
    return this.#opinions ?? this.#labelled?.heard;
  }

  /**
   * The classes of the labelled images, int64.
   *
   * @throws {ArgumentError} if there are none.
   */
  get labels(): Tensor {
    const [first] = this.#parts;
    if (first instanceof LabelledBatch) return first.labels;
    throw new ArgumentError("These images have no labels.");
  }

  /** The labelled images alone. */
  get labelled(): Seen {
    return this.#labelled ??= new Seen(this.#parts.slice(0, 1), this.#seers);
  }

  /** The rows of labelled images of something that has one for every image. */
  ofLabelled(rows: Tensor): Tensor {
    return rows.narrow(0, 0, this.labelledCount);
  }

  /** The rows of images without labels of something that has one for every image. */
  ofUnlabelled(rows: Tensor): Tensor {
    return rows.narrow(0, this.labelledCount, this.count - this.labelledCount);
  }

  /**
   * Tensors with a row for each of these images, (count, …), as they are for all images of the batch, (wholeCount, …): of one
   * process after the other, where several share it. Gradients flow back to the process that a row is of. What a whole loss is
   * computed of in every process gives the gradients that one process would have, of what comes before this as of what
   * comes after. All at once is one exchange.
   */
  gathered(parts: readonly Tensor[]): readonly Tensor[] {
    return this.#sharers === null ? parts : gatherRows(parts, this.#sharers);
  }

  /**
   * The mean over the processes that share the batch of something that each has, without a graph; in one process that itself.
   * A loss that is a sum over some of the images is divided by this of their number.
   */
  averaged(value: Tensor): Tensor {
    return this.#sharers === null ? value : meanOver(value, this.#sharers);
  }

  /**
   * Random numbers from 0 to below 1, (rows, count), of torch's generator: the columns of these images of what one process would
   * draw for the batch. Where there are several, the first one draws.
   */
  draws(rows: number): Tensor {
    const { device } = this.#parts[0].pixels;
    const group = peers();
    const shape = [rows, this.wholeCount];
    if (group === null) return rand(shape, { device });
    return scope(() => {
      const all = group.rank === 0 ? rand(shape, { device }) : zeros(shape, { device });
      broadcast(all, { src: 0, group });
      if (this.#sharers === null) return all;
      return all.indexSelect(1, tensor(this.#places(), { dtype: "int64", device }));
    });
  }

  /** The places of these images in the whole batch. */
  #places(): number[] {
    const { rank, size } = this.#sharers!;
    let begin = 0;
    return this.#parts.flatMap(({ length }) => {
      const first = begin + rank * length;
      begin += size * length;
      return Array.from({ length }, (_, i) => first + i);
    });
  }

  #askTeachers(): Opinions {
    const { shelf, who, patches } = this.#seers;
    const group = peers();
    const ask = () =>
      this.#parts.map((part) => shelf.ask(part, who, { patches }))
        .reduce((first, second) => Opinions.join(first, second));
    if (group === null || shelf.onFailure === "throw") return ask();
    let heard: Opinions;
    try {
      heard = ask();
    } finally {
      // Also where nobody is left here: the other processes wait.
      leaveOutTogether(shelf, group);
    }
    shelf.checkLeft(who);
    return heard.without(shelf.leftOut);
  }

  #askStudent(): StudentOutput {
    const student = this.#seers.student as Classifier;
    const { featureDim, numClasses, head } = student;
    const { features, stages } = this.#pass(student);
    checkOutput(features, "features", this.count, featureDim, "featureDim");
    const logits = head.forward(features);
    // Without classes there is no head: the logits are the features.
    if (numClasses > 0) checkOutput(logits, "logits", this.count, numClasses, "numClasses");
    return {
      features: upcast(features),
      logits: upcast(logits),
      stages: stages.map((map) => upcast(map)),
    };
  }

  /** One pass of the student up to its features. */
  #pass(student: Classifier): StagedFeatures {
    if (!this.#seers.stages) return { features: student.features(this.images), stages: [] };
    const { stageDims } = student as Backbone;
    const passed = (student as Backbone).forwardStages(this.images);
    checkStageMaps(passed.stages, this.count, stageDims);
    return passed;
  }
}

function joined(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : cat(parts);
}

function checkStageMaps(maps: readonly Tensor[], batch: number, dims: readonly number[]): void {
  const is = maps.map((map) => map.shape);
  const fits = is.length === dims.length &&
    is.every(([rows, dim, height, width], i) =>
      is[i].length === 4 && rows === batch && dim === dims[i] && height > 0 && width > 0
    );
  if (fits) return;
  throw new ShapeError(
    `The student's stages have shapes ${
      is.map((shape) => `[${shape.join(", ")}]`).join(", ")
    }; for ${batch} images and ` +
      `its stageDims they must be ${dims.map((dim) => `[${batch}, ${dim}, H, W]`).join(", ")}.`,
  );
}

function checkOutput(
  part: Tensor,
  what: string,
  batch: number,
  width: number,
  declared: string,
): void {
  const [rows, got] = checkMatrix(part, `the student's ${what}`);
  if (rows === batch && got === width) return;
  throw new ShapeError(
    `The student's ${what} have shape [${rows}, ${got}]; for ${batch} images and its ${declared} of ${width} ` +
      `they must be [${batch}, ${width}].`,
  );
}
