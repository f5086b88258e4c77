/**
 * Training on labels: how teachers are made.
 *
 * @module
 */

import type { Module } from "../nn/mod.ts";
import * as nn from "../nn/mod.ts";
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

/**
 * Minimises the cross-entropy of a model on labelled batches.
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

  /** Takes the model, from images to logits. */
  constructor(model: Module, options: { labelSmoothing?: number } = {}) {
    this.model = model;
    this.#labelSmoothing = options.labelSmoothing ?? 0;
  }

  /** The cross-entropy of the batch. */
  step(batch: B): StepResult {
    const logits = this.model.forward(batch.images);
    const loss = nn.functional.crossEntropy(logits, batch.labels, {
      labelSmoothing: this.#labelSmoothing,
    });
    return { loss, terms: {} };
  }

  /** Sets the training mode of the model. */
  train(on = true): void {
    this.model.train(on);
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
