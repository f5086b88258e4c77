/**
 * Teachers that were trained on something else, or without labels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { TeacherOptions } from "./teacher.ts";
import { FrozenTeacher } from "./frozen_teacher.ts";

/** A descriptive teacher made from a model. */
export interface DescriptiveFromModel extends TeacherOptions {
  /** A classifier, of which only the features are used, or any other model with features. It is frozen. */
  model: Module & { features(images: Tensor): Tensor; readonly featureDim: number };
}

/** A descriptive teacher made from a function. */
export interface DescriptiveFromFunction extends TeacherOptions {
  /** The features (B, featureDim) of images (B, C, H, W). */
  features: (images: Tensor) => Tensor;
  /** The width of the features. */
  featureDim: number;
}

/**
 * A teacher that gives only features, on whatever it was trained (arXiv 2508.19498). Make one with
 * {@linkcode descriptive}.
 */
export class DescriptiveTeacher extends FrozenTeacher {
  /** What tells it from a predictive teacher. */
  readonly kind = "descriptive" as const;

  readonly #features: (images: Tensor) => Tensor;

  /** Use {@linkcode descriptive}. @ignore */
  constructor(options: DescriptiveFromModel | DescriptiveFromFunction) {
    const source = "model" in options ? options.model : options;
    if (typeof source?.features !== "function") {
      throw new ArgumentError(
        `Teacher "${options.name}" needs a model with features(), or a function features(images).`,
      );
    }
    super(options, source.featureDim, "model" in options ? options.model : null);
    this.#features = (images) => source.features(images);
  }

  /**
   * The features (B, featureDim) of images (B, C, H, W); no gradients flow.
   *
   * @throws {ShapeError} if there is no image, or the features are not as wide as declared.
   * @throws {DTypeError} if the features are not floating-point.
   */
  override run(images: Tensor): { features: Tensor } {
    return this.look(images, (seen, batch) => ({
      features: this.checked(this.#features(seen), "features", batch, this.featureDim),
    }));
  }
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
  return new DescriptiveTeacher(options);
}
