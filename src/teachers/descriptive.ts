/**
 * Teachers that were trained on something else, or without labels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Module } from "../nn/module.ts";
import { Tensor } from "../torch/tensor.ts";
import { patchDimOf, seeModel } from "./see_model.ts";
import { Teacher } from "./teacher.ts";
import type { AskOptions, TeacherOptions, TeacherOutput } from "./teacher_options.ts";

/** A descriptive teacher made from a model. */
export interface DescriptiveFromModel extends TeacherOptions {
  /** A classifier, of which only the features are used, or any other model with features. It is frozen. */
  model: Module & { features(images: Tensor): Tensor; readonly featureDim: number };
}

/** A descriptive teacher made from a function. */
export interface DescriptiveFromFunction extends TeacherOptions {
  /**
   * The features (B, featureDim) of images (B, C, H, W); or `{ features, patches }` if there are patches
   * (B, patchDim, H, W), and they are asked for.
   */
  features: (images: Tensor, asked: AskOptions) => Tensor | Omit<TeacherOutput, "logits">;
  /** The width of the features. */
  featureDim: number;
  /** The number of channels of the patches; there are none by default. */
  patchDim?: number | null;
}

/** A teacher that gives only features, on whatever it was trained (arXiv 2508.19498). */
export interface DescriptiveTeacher extends Teacher {
  /** The kind of teacher that does not vote on classes. */
  readonly kind: "descriptive";
  /** The number of classes: a descriptive teacher votes on none. */
  readonly numClasses: null;
}

/**
 * Makes a teacher that gives features only: from a model, or from a function. The model is frozen.
 *
 * @throws {ArgumentError} if the name is empty, there are no features, or their width is not a
 * whole number of at least 1.
 *
 * @example
 * ```ts
 * import { teachers, torch } from "@apprentice/distill";
 *
 * const teacher = teachers.descriptive({
 *   name: "pixels",
 *   features: (images) => images.flatten(1),
 *   featureDim: 784,
 * });
 * teacher.run(torch.rand([2, 1, 28, 28])).features.shape; // [2, 784]
 * ```
 */
export function descriptive(
  options: DescriptiveFromModel | DescriptiveFromFunction,
): DescriptiveTeacher {
  const source = "model" in options ? options.model : options;
  if (typeof source?.features !== "function") {
    throw new ArgumentError(
      `Teacher "${options.name}" needs a model with features(), or a function features(images).`,
    );
  }
  const model = "model" in options ? options.model : null;
  const compute = "model" in options
    ? (images: Tensor, asked: AskOptions) => seeModel(options.model, images, asked)
    : (images: Tensor, asked: AskOptions) => {
      const seen = options.features(images, asked);
      // What is neither is refused as features that are no tensor.
      return seen instanceof Tensor || !seen ? { features: seen } : seen;
    };
  return new Teacher({
    ...options,
    view: options.view ?? (model as Partial<Classifier> | null)?.view ?? undefined,
    featureDim: source.featureDim,
    numClasses: null,
    classNames: null,
    labelMap: null,
    patchDim: "model" in options ? patchDimOf(model) : options.patchDim,
    model,
    compute,
  }) as DescriptiveTeacher;
}
