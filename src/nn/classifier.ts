/**
 * Models that classify images.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { View } from "../data/view.ts";
import type { Spec } from "../base/spec.ts";
import type { Tensor } from "../torch/mod.ts";
import { Module } from "./module.ts";

/** How a model was made: what `models.load` makes it by again. */
export interface ModelRecipe {
  /** The architecture's name. */
  readonly architecture: string;
  /** The options that it was given. */
  readonly options: Readonly<Record<string, Spec | undefined>>;
}

/**
 * A model that classifies images: a backbone that turns them into features, and a head that turns
 * features into logits. What distillation needs to reach both.
 */
export abstract class Classifier extends Module {
  /** The features of a batch of images, before the head: (B, C, H, W) to (B, {@linkcode Classifier.featureDim}). */
  abstract features(images: Tensor): Tensor;

  /** The layer from features (B, D) to logits (B, C). */
  abstract readonly head: Module;

  /** The number of features, D. */
  abstract readonly featureDim: number;

  /** The number of classes, C. */
  abstract readonly numClasses: number;

  /**
   * The names of the classes, in their order; null if they are not known. Training on labels sets them, `models.save` keeps
   * them, and a data set with others cannot be used for evaluation by mistake.
   */
  classNames: readonly string[] | null = null;

  /**
   * What the model wants of images, so that it can be given photographs and data sets as they are; null if that is not
   * known. `models.save` keeps it.
   */
  view: View | null = null;

  /** How the model was made, for models of this package; null for others. */
  recipe: ModelRecipe | null = null;

  /**
   * The logits of a batch of images: (B, C, H, W) to (B, {@linkcode Classifier.numClasses}).
   *
   * @throws {ArgumentError} if there is no head.
   */
  override forward(images: Tensor): Tensor {
    const { head } = this;
    if (typeof head?.forward !== "function") {
      throw new ArgumentError(
        `This ${this.constructor.name} has no head to make logits of its features; give it one ` +
          "(nn.Identity for logits that are the features), or call features().",
      );
    }
    return head.forward(this.features(images));
  }
}
