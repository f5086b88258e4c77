/**
 * Teachers that vote on the student's classes, or on some of them.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { LabelMap } from "../data/label_map.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Tensor } from "../torch/tensor.ts";
import { type LabelOptions, matchLabels } from "./label_options.ts";
import { patchDimOf, seeClassifier } from "./see_model.ts";
import { Teacher } from "./teacher.ts";
import type { AskOptions, TeacherOptions, TeacherOutput } from "./teacher_options.ts";

/** What a predictive teacher says about a batch of images. */
export interface PredictiveOutput extends TeacherOutput {
  /** The teacher's logits (B, numClasses). */
  logits: Tensor;
}

/** A predictive teacher made from a classifier. */
export interface PredictiveFromModel extends TeacherOptions, LabelOptions {
  /** The classifier. It is frozen and set to evaluation mode. */
  model: Classifier;
}

/** A predictive teacher made from a function. */
export interface PredictiveFromFunction extends TeacherOptions, LabelOptions {
  /**
   * Features (B, featureDim) and logits (B, numClasses) of images (B, C, H, W); patches (B, patchDim, H, W) too, if
   * there are any and they are asked for.
   */
  run: (images: Tensor, asked: AskOptions) => PredictiveOutput;
  /** The width of the features. */
  featureDim: number;
  /** The number of channels of the patches; there are none by default. */
  patchDim?: number | null;
  /** The number of the teacher's own classes. */
  numClasses: number;
  /** The names of the teacher's classes, in its own order, where they are known. */
  classNames?: readonly string[];
}

/**
 * A teacher that was trained on the student's classes or some of them: it gives logits and features (arXiv 2508.19498).
 */
export interface PredictiveTeacher extends Teacher {
  /** The kind of teacher that votes on classes. */
  readonly kind: "predictive";
  /** The number of the student's classes, C. */
  readonly numClasses: number;
  /** Features (B, featureDim) and logits (B, numClasses) of images; see `Teacher.run`. */
  run(pixels: Tensor, asked?: AskOptions): PredictiveOutput;
  /** Features and logits of images that were rendered as its view says. */
  see(images: Tensor, asked?: AskOptions): PredictiveOutput;
}

/** A classifier as a function. */
function ofModel(options: PredictiveFromModel): Omit<PredictiveFromFunction, "name"> {
  const { model, name } = options;
  if (typeof model?.features !== "function" || typeof model.head?.forward !== "function") {
    throw new ArgumentError(
      `The model of teacher "${name}" must be a Classifier, with features() and a head; ` +
        `for anything else give run(), featureDim and numClasses.`,
    );
  }
  return {
    featureDim: model.featureDim,
    numClasses: model.numClasses,
    patchDim: patchDimOf(model),
    run: (images, asked) => seeClassifier(model, images, asked),
  };
}

/** The names of the student's classes, as far as a teacher's own tell. */
function namesOf(map: LabelMap | null, own: readonly string[] | null): readonly string[] | null {
  if (map === null || own === null) return own;
  return map.isWhole ? map.own.map((place) => own[place]) : null;
}

/**
 * Makes a teacher that votes on classes: from a classifier, or from a function. The model is frozen.
 *
 * Its classes are the student's unless options say which of them it knows: `labelSpace`, `classes`,
 * `renameClasses`.
 *
 * @throws {ArgumentError} if the name is empty, the model is no classifier, or a class of the teacher's is none of the
 * student's, or not the only one; the message lists which.
 *
 * @example
 * ```ts
 * import { nn, teachers, torch } from "@apprentice/distill";
 *
 * const layer = new nn.Linear(784, 10);
 * const teacher = teachers.predictive({
 *   name: "linear",
 *   run: (images) => {
 *     const features = images.flatten(1);
 *     return { features, logits: layer.forward(features) };
 *   },
 *   featureDim: 784,
 *   numClasses: 10,
 * });
 * teacher.run(torch.rand([2, 1, 28, 28])).logits.shape; // [2, 10]
 *
 * const partial = teachers.predictive({
 *   name: "colors",
 *   run: (images) => {
 *     const features = images.mean([2, 3]);
 *     return { features, logits: features };
 *   },
 *   featureDim: 3,
 *   numClasses: 3,
 *   classes: ["red", "green", null],
 *   labelSpace: ["gray", "green", "red"],
 * });
 * partial.run(torch.rand([1, 3, 8, 8])).logits; // [[-Infinity, its second, its first]]
 * ```
 */
export function predictive(
  options: PredictiveFromModel | PredictiveFromFunction,
): PredictiveTeacher {
  const { name } = options;
  const model = "model" in options ? options.model : null;
  const { run, featureDim, numClasses, patchDim } = "model" in options ? ofModel(options) : options;
  if (typeof run !== "function") {
    throw new ArgumentError(
      `Teacher "${name}" needs a model or a function run(images), got ${typeof run}.`,
    );
  }
  const ownNames = () => ("classNames" in options ? options.classNames : model?.classNames) ?? null;
  const { labelMap, space } = matchLabels(name, numClasses, ownNames(), options);
  return new Teacher({
    ...options,
    view: options.view ?? model?.view ?? undefined,
    featureDim,
    numClasses,
    patchDim,
    classNames: () => space ?? namesOf(labelMap, ownNames()),
    labelMap,
    model,
    compute: run,
  }) as PredictiveTeacher;
}
