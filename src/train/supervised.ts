/**
 * Training on labels: how teachers are made.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Module } from "../nn/mod.ts";
import * as nn from "../nn/mod.ts";
import { moduleSpec } from "../nn/spec.ts";
import type { Spec } from "../base/spec.ts";
import type { Tensor } from "../torch/mod.ts";
import type { StepResult } from "../distill/mod.ts";
import type { Method } from "./method.ts";

/** A batch with labels. */
export interface Labelled extends Disposable {
  /** The images, (B, C, H, W). */
  readonly images: Tensor;
  /** Their classes, (B) int64. */
  readonly labels: Tensor;
}

/** Options of {@linkcode Supervised}. */
export interface SupervisedOptions {
  /** How much of each target is spread evenly over all classes, 0 to 1; 0 by default. */
  labelSmoothing?: number;
}

/**
 * Minimizes the cross-entropy of a model on labelled batches. The loss has no parts, so `terms` is empty.
 *
 * @example
 * ```ts
 * import { models, torch, train } from "@apprentice/distill";
 *
 * const method = new train.Supervised(new models.SmallCnn({ numClasses: 10 }));
 * const images = torch.zeros([4, 1, 28, 28]);
 * const labels = torch.tensor([0, 1, 2, 3], { dtype: "int64" });
 * const { loss } = method.step({ images, labels, [Symbol.dispose]() {} });
 * ```
 */
export class Supervised<B extends Labelled = Labelled> implements Method<B> {
  /** The model that is trained. */
  readonly model: Module;
  readonly #labelSmoothing: number;

  /**
   * Takes the model, from images to logits.
   *
   * @throws {ArgumentError} if labelSmoothing is not from 0 to 1.
   */
  constructor(model: Module, options: SupervisedOptions = {}) {
    const { labelSmoothing = 0 } = options;
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new ArgumentError(`labelSmoothing must be from 0 to 1, got ${labelSmoothing}.`);
    }
    this.model = model;
    this.#labelSmoothing = labelSmoothing;
  }

  /**
   * The cross-entropy of the batch, averaged over its images.
   *
   * @throws {ShapeError} if the model's logits do not fit the labels.
   * @throws {IndexError} if a label is not one of the classes.
   */
  step(batch: B): StepResult {
    const logits = this.model.forward(batch.images);
    const loss = nn.functional.crossEntropy(logits, batch.labels, {
      labelSmoothing: this.#labelSmoothing,
    });
    return { loss, terms: {} };
  }

  /**
   * Takes the names of the classes from the data, for a model that has none yet.
   *
   * @throws {ArgumentError} if it has others.
   */
  meet(batches: unknown): void {
    const { model } = this;
    if (model instanceof nn.Classifier) meetClasses(model, batches);
  }

  /** What decides its losses beside the model's state. */
  spec(): Spec {
    return {
      name: "Supervised",
      labelSmoothing: this.#labelSmoothing,
      model: moduleSpec(this.model),
    };
  }

  /** Sets the training mode of the model. */
  train(on = true): void {
    this.model.train(on);
  }

  /** The model and all below it. */
  modules(): nn.Module[] {
    return this.model.modules();
  }

  /** The model's state. */
  stateDict(): Record<string, Tensor> {
    return this.model.stateDict();
  }

  /** Puts back the model's state. */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    this.model.loadStateDict(state);
  }
}

/** Gives a model the names of its data's classes; those that it has must be the same. */
function meetClasses(model: nn.Classifier, batches: unknown): void {
  const { dataset } = (batches ?? {}) as { dataset?: { classNames?: unknown; name?: unknown } };
  const names = dataset?.classNames;
  if (!Array.isArray(names) || names.length !== model.numClasses) return;
  if (model.classNames === null) {
    model.classNames = Object.freeze([...names]);
    return;
  }
  const at = model.classNames.findIndex((name, i) => name !== names[i]);
  if (at < 0) return;
  throw new ArgumentError(
    `Class ${at} of the model is "${model.classNames[at]}", and that of the images "${
      names[at]
    }": labels would mean ` +
      `other classes than those that the model knows. Set model.classNames to null if it is to learn these.`,
  );
}
