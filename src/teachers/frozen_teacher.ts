/**
 * What both kinds of teachers are made of.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import type { Module } from "../nn/module.ts";
import type { Spec } from "../base/spec.ts";
import { noGrad } from "../torch/backward.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { checkImageDType } from "./image_dtypes.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { type Preprocessing, Preprocessor } from "./preprocessing.ts";
import { sourceSpec } from "./source_spec.ts";
import type { TeacherFacts, TeacherOptions, TeacherOutput } from "./teacher.ts";
import type { Weights } from "./weights.ts";

/** The base of the two kinds of teacher. */
export abstract class FrozenTeacher implements Disposable {
  /** What it is called in messages and reports. */
  readonly name: string;
  /** The width of its features, D. */
  readonly featureDim: number;
  /** The model behind it, frozen and in evaluation mode, if it was made from one. */
  readonly model: Module | null;

  /** What it does to raw images, if it takes these. */
  readonly preprocessing: Preprocessing | null;
  /** Where what it runs is loaded from, if that can be released and loaded again. */
  readonly weights: Weights | null;
  /** What is known of where it comes from. */
  readonly facts: TeacherFacts;

  readonly #preprocess: ((images: Tensor) => Tensor) | undefined;
  readonly #preprocessor: Preprocessor | null;

  /** Freezes the model and checks name and width. @ignore */
  constructor(options: TeacherOptions, featureDim: number, model: Module | null) {
    const { name, preprocess } = options;
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`A teacher needs a name, which is not empty; got ${String(name)}.`);
    }
    this.name = name;
    checkCount(featureDim, `The featureDim of teacher "${name}"`);
    const settings = typeof preprocess === "object" && preprocess !== null;
    if (preprocess !== undefined && !settings && typeof preprocess !== "function") {
      throw new ArgumentError(
        `The preprocess of teacher "${name}" is a function or settings, got ${typeof preprocess}.`,
      );
    }
    this.featureDim = featureDim;
    this.model = model;
    this.preprocessing = settings ? preprocess : null;
    this.weights = options.weights ?? null;
    this.facts = options.facts ?? {};
    const preprocessor = settings ? new Preprocessor(preprocess) : null;
    this.#preprocessor = preprocessor;
    this.#preprocess = preprocessor
      ? (images) => preprocessor.apply(images)
      : preprocess as ((images: Tensor) => Tensor) | undefined;
    model?.freeze();
  }

  /** Whether it wants raw images, which it preprocesses itself, and not the student's. */
  get takesRaw(): boolean {
    return this.preprocessing !== null;
  }

  /** Whether it is in memory; one that was not loaded from somewhere always is. */
  get loaded(): boolean {
    return this.weights?.loaded ?? true;
  }

  /**
   * Frees its weights, if they can be loaded again: the next {@linkcode FrozenTeacher.run} does that. Otherwise
   * they stay.
   */
  release(): void {
    this.weights?.release();
    this.#preprocessor?.dispose();
  }

  /** Same as {@linkcode FrozenTeacher.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * What decides what it says: its weights by their fingerprint (of those that are not in memory the file's), its
   * layers, its preprocessing.
   */
  spec(): Spec {
    const { name, featureDim, model, preprocessing } = this;
    return {
      name,
      featureDim,
      preprocess: preprocessing === null
        ? this.#preprocess && "function"
        : { ...preprocessing } as Spec,
      ...sourceSpec(model, this.facts),
    };
  }

  /** Runs `body` on the preprocessed images in evaluation mode, without recording gradients. @ignore */
  protected look<R>(images: Tensor, body: (images: Tensor, batch: number) => R): R {
    if (!(images instanceof Tensor)) {
      throw new ArgumentError(
        `Teacher "${this.name}" looks at a tensor of images, got ${typeof images}.`,
      );
    }
    const batch = images.shape[0];
    if (batch === undefined || batch === 0) {
      throw new ShapeError(
        `Teacher "${this.name}" got no image: the shape is [${images.shape.join(", ")}].`,
      );
    }
    if (this.#preprocess === undefined) checkImageDType(images, `Teacher "${this.name}"`);
    if (this.model !== null && this.#preprocess === undefined && !isFloatingPoint(images.dtype)) {
      throw new DTypeError(
        `Teacher "${this.name}" looks at images as its student sees them, floating-point and normalized, got ${images.dtype}. ` +
          "Give it those; or tell it what its images are, as the option preprocess { size, mean, std }, and give it bytes.",
      );
    }
    // Somebody may have called train() on the model, or on a model that holds it, in the meantime.
    this.model?.eval();
    // Not inference mode: the student's encoders save what comes out for their own gradients.
    return noGrad(() => scope(() => body(this.#preprocess?.(images) ?? images, batch)));
  }

  /** Returns a part of an output if it is (batch, width) and floating-point. @ignore */
  protected checked(part: Tensor, what: string, batch: number, width: number): Tensor {
    if (!(part instanceof Tensor)) {
      throw new ArgumentError(`The ${what} of teacher "${this.name}" are not a tensor.`);
    }
    const shape = part.shape;
    if (shape.length !== 2 || shape[0] !== batch || shape[1] !== width) {
      throw new ShapeError(
        `The ${what} of teacher "${this.name}" have shape [${
          shape.join(", ")
        }]; declared is [${batch}, ${width}].`,
      );
    }
    if (!isFloatingPoint(part.dtype)) {
      throw new DTypeError(
        `The ${what} of teacher "${this.name}" are ${part.dtype}, not floating-point numbers.`,
      );
    }
    return part;
  }

  /**
   * What the teacher says about images (B, C, H, W), or raw ones (B, H, W, C) too if it preprocesses them itself;
   * no gradients flow.
   */
  abstract run(images: Tensor): TeacherOutput;
}

/** Refuses what is not a whole number of at least 1. */
export function checkCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ArgumentError(`${name} is a whole number of at least 1, got ${value}.`);
  }
}
