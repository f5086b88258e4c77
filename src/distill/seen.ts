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
import { Opinions } from "../teachers/opinions.ts";
import type { Shelf } from "../teachers/shelf.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { cat } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkMatrix } from "./checks.ts";
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
 */
export class Seen {
  /** How many images there are. */
  readonly count: number;
  /** How many of them, the first ones, are labelled. */
  readonly labelledCount: number;
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
    const { shelf, who, patches } = this.#seers;
    return this.#opinions ??= this.#parts.map((part) => shelf.ask(part, who, { patches }))
      .reduce((first, second) => Opinions.join(first, second));
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
