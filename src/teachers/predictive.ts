/**
 * Teachers that were trained on the student's label space.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Tensor } from "../torch/tensor.ts";
import { patchDimOf, seeModel } from "./see_model.ts";
import { Teacher } from "./teacher.ts";
import type { AskOptions, TeacherOptions, TeacherOutput } from "./teacher_options.ts";

/** What a predictive teacher says about a batch of images. */
export interface PredictiveOutput extends TeacherOutput {
  /** The teacher's logits (B, numClasses). */
  logits: Tensor;
}

/** A predictive teacher made from a classifier. */
export interface PredictiveFromModel extends TeacherOptions {
  /** The classifier. It is frozen and set to evaluation mode. */
  model: Classifier;
  /**
   * The student's class for each of the teacher's, where the order differs: one-to-one, with nothing left out.
   * A teacher that knows some of the classes only would vote for one of these whatever the image shows,
   * so it is a descriptive teacher.
   */
  classes?: readonly number[];
}

/** A predictive teacher made from a function. */
export interface PredictiveFromFunction extends TeacherOptions {
  /**
   * Features (B, featureDim) and logits (B, numClasses) of images (B, C, H, W); patches (B, patchDim, H, W) too, if
   * there are any and they are asked for.
   */
  run: (images: Tensor, asked: AskOptions) => PredictiveOutput;
  /** The width of the features. */
  featureDim: number;
  /** The number of channels of the patches; there are none by default. */
  patchDim?: number | null;
  /** The number of classes. */
  numClasses: number;
  /** As in {@linkcode PredictiveFromModel}. */
  classes?: readonly number[];
  /** The names of the teacher's classes, in its own order, where they are known. */
  classNames?: readonly string[];
}

/** A teacher that was trained on the student's label space: it gives logits and features (arXiv 2508.19498). */
export interface PredictiveTeacher extends Teacher {
  /** The kind of teacher that votes on classes. */
  readonly kind: "predictive";
  /** The number of classes, C. */
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
    run: (images, asked) => {
      const seen = seeModel(model, images, asked);
      return { ...seen, logits: model.head.forward(seen.features) };
    },
  };
}

/** For each joint class the teacher's class: the inverse of a one-to-one mapping. */
function inverse(classes: readonly number[], numClasses: number, name: string): number[] {
  const order = new Array<number>(numClasses).fill(-1);
  classes.forEach((joint, own) => {
    if (Number.isSafeInteger(joint) && joint >= 0 && joint < numClasses) order[joint] = own;
  });
  if (classes.length !== numClasses || order.includes(-1)) {
    throw new ArgumentError(
      `The classes of teacher "${name}" must be the numbers 0 to ${
        numClasses - 1
      }, each once, got [${
        classes.join(", ")
      }]. A teacher that knows only some of the student's classes cannot vote for the others: make it descriptive.`,
    );
  }
  return order;
}

/**
 * Makes a teacher that votes on classes: from a classifier, or from a function. The model is frozen.
 *
 * @throws {ArgumentError} if the name is empty, the model is no classifier, or `classes` is not a
 * one-to-one mapping of all classes.
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
  return new Teacher({
    ...options,
    view: options.view ?? model?.view ?? undefined,
    featureDim,
    numClasses,
    patchDim,
    classNames: () => ("classNames" in options ? options.classNames : model?.classNames) ?? null,
    order: options.classes === undefined ? null : inverse(options.classes, numClasses, name),
    model,
    compute: run,
  }) as PredictiveTeacher;
}
