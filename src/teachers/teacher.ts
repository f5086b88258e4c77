/**
 * The teacher: one class for all kinds.
 *
 * @module
 */

import { ApprenticeError, ArgumentError, ShapeError, TrainingError } from "../base/errors.ts";
import { checkPositive } from "../base/check_whole.ts";
import type { Spec } from "../base/spec.ts";
import { applyView } from "../data/apply_view.ts";
import type { LabelMap } from "../data/label_map.ts";
import { checkView } from "../data/check_view.ts";
import type { View } from "../data/view.ts";
import type { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkOutput } from "./check_output.ts";
import { sourceSpec } from "./source_spec.ts";
import type { AskOptions, TeacherFacts, TeacherOptions, TeacherOutput } from "./teacher_options.ts";
import type { Weights } from "./weights.ts";

/** What a teacher is made of; `predictive`, `descriptive` and `load` make it. @ignore */
export interface TeacherParts extends TeacherOptions {
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of its own classes, K; null for one that gives features only. */
  readonly numClasses: number | null;
  /** The names of the student's classes; null if they are not known. */
  readonly classNames: (() => readonly string[] | null) | null;
  /** Which of the student's classes it knows; null where they are the same in the same order. */
  readonly labelMap: LabelMap | null;
  /** The model behind it, if it was made from one. */
  readonly model: Module | null;
  /** The number of channels of its patches; none if it has none. */
  readonly patchDim?: number | null;
  /**
   * Features (B, featureDim) and, where it votes, its own logits (B, K) of images as its view renders them; patches
   * (B, patchDim, H, W) if they are asked for.
   */
  readonly compute: (images: Tensor, asked: AskOptions) => TeacherOutput;
}

/**
 * A frozen model that teaches (arXiv 2508.19498): a predictive one gives features, and logits in the student's label
 * space; a descriptive one gives features only. Make one with `predictive`, `descriptive` or `load`.
 */
export class Teacher implements Disposable {
  /** What messages and reports call the teacher. */
  readonly name: string;
  /** Whether the teacher votes on classes (predictive) or gives features only (descriptive). */
  readonly kind: "predictive" | "descriptive";
  /** The width of its features, D. */
  readonly featureDim: number;
  /** The number of the student's classes, C, of which it may know some only; null for a descriptive one. */
  readonly numClasses: number | null;
  /** Which of the student's classes it knows; null if its classes are these, in the same order. */
  readonly labelMap: LabelMap | null;
  /** The number of channels of its patches, the last map before pooling; null if it has none. */
  readonly patchDim: number | null;
  /** What the teacher wants of pixels; null if it takes them as they are. */
  readonly view: View | null;
  /** The model behind it, frozen and in evaluation mode, if it was made from one. */
  readonly model: Module | null;
  /** Where what it runs is loaded from, if that can be released and loaded again. */
  readonly weights: Weights | null;
  /** What is known of where it comes from. */
  readonly facts: TeacherFacts;
  readonly #parts: TeacherParts;

  /** Freezes the model and checks name, width and view. @ignore */
  constructor(parts: TeacherParts) {
    const { name, preprocess, featureDim, numClasses, labelMap, model, patchDim = null } = parts;
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`A teacher needs a name, which is not empty; got ${String(name)}.`);
    }
    checkPositive(featureDim, `The featureDim of teacher "${name}"`);
    if (numClasses !== null) checkPositive(numClasses, `The numClasses of teacher "${name}"`);
    if (patchDim !== null) checkPositive(patchDim, `The patchDim of teacher "${name}"`);
    if (preprocess !== undefined && typeof preprocess !== "function") {
      throw new ArgumentError(
        `The preprocess of teacher "${name}" is a function, got ${typeof preprocess}; size, mean and std are its view.`,
      );
    }
    const view = parts.view ?? null;
    if (view !== null) checkView(view);
    this.name = name;
    this.kind = numClasses === null ? "descriptive" : "predictive";
    this.featureDim = featureDim;
    this.numClasses = labelMap?.numClasses ?? numClasses;
    this.labelMap = labelMap;
    this.patchDim = patchDim;
    this.view = view;
    this.model = model;
    this.weights = parts.weights ?? null;
    this.facts = parts.facts ?? {};
    this.#parts = parts;
    model?.freeze();
  }

  /** The names of the student's classes, as far as the teacher tells them. */
  get classNames(): readonly string[] | null {
    return this.#parts.classNames?.() ?? null;
  }

  /** Whether the teacher is in memory; one that was not loaded from somewhere always is. */
  get loaded(): boolean {
    return this.weights?.loaded ?? true;
  }

  /** Frees its weights, if they can be loaded again: the next {@linkcode run} does that. Otherwise they stay. */
  release(): void {
    this.weights?.release();
  }

  /** Same as {@linkcode Teacher.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * What decides what it says: its weights by their fingerprint (of those that are not in memory the file's), its
   * layers, its view, the map of its classes.
   */
  spec(): Spec {
    const { name, featureDim, numClasses, labelMap, model, view } = this;
    return {
      name,
      featureDim,
      numClasses: numClasses ?? undefined,
      labelMap: labelMap?.spec(),
      view: view === null ? undefined : { ...view } as Spec,
      preprocess: this.#parts.preprocess && "function",
      ...sourceSpec(model, this.facts),
    };
  }

  /**
   * What the teacher says about images: features (B, featureDim), and logits (B, numClasses) if it votes, -Infinity at
   * classes that it does not know; no gradients flow.
   *
   * @param pixels (B, C, H, W), or with a view (B, H, W, C): uint8 from 0 to 255, or floating-point from 0 to 1.
   * @param asked What else is wanted: patches (B, patchDim, H, W), of a teacher that has them.
   * @throws {ShapeError} if there is no image, or an output is not as wide as declared.
   * @throws {DTypeError} if an output is not floating-point, or images are of a dtype that none are of.
   * @throws {ArgumentError} if it has a view and the images were normalized already.
   */
  run(pixels: Tensor, asked: AskOptions = {}): TeacherOutput {
    if (!(pixels instanceof Tensor)) {
      throw new ArgumentError(
        `Teacher "${this.name}" looks at a tensor of images, got ${typeof pixels}.`,
      );
    }
    const batch = pixels.shape[0];
    if (batch === undefined || batch === 0) {
      throw new ShapeError(
        `Teacher "${this.name}" got no image: the shape is [${pixels.shape.join(", ")}].`,
      );
    }
    return noGrad(() => scope(() => this.see(applyView(pixels, this.view), asked)));
  }

  /** What the teacher says about images that were rendered as its view says; see {@linkcode run}. */
  see(images: Tensor, asked: AskOptions = {}): TeacherOutput {
    const { compute, preprocess, numClasses } = this.#parts;
    // Somebody may have called train() on the model, or on a model that holds it, in the meantime.
    this.model?.eval();
    // Not inference mode: the student's encoders save what comes out for their own gradients.
    return noGrad(() =>
      scope(() => {
        const { name, featureDim, patchDim, labelMap } = this;
        const said = checkOutput(
          { name, featureDim, numClasses, patchDim },
          this.#name(() => compute(preprocess?.(images) ?? images, asked)),
          images.shape[0],
          asked,
        );
        const { logits } = said;
        if (logits === undefined || labelMap === null) return said;
        return { ...said, logits: labelMap.apply(logits) };
      })
    );
  }

  /** Whatever a model throws says which teacher's it is. */
  #name<T>(compute: () => T): T {
    try {
      return compute();
    } catch (error) {
      if (!(error instanceof Error) || error.message.includes(`"${this.name}"`)) throw error;
      // Memory that is used up, say, stays known as that.
      const kind = error instanceof ApprenticeError
        ? error.constructor as typeof ApprenticeError
        : TrainingError;
      throw new kind(`Teacher "${this.name}": ${error.message}`, { cause: error });
    }
  }
}
