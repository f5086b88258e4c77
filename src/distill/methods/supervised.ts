/**
 * Training on labels: how teachers are made.
 *
 * @module
 */

import { number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { LabelledBatch } from "../../data/batch.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { crossEntropy } from "../../nn/functional/classification.ts";
import type { Module } from "../../nn/module.ts";
import { Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import type { Terms } from "../terms.ts";

/** Options of {@linkcode Supervised}. */
export interface SupervisedOptions {
  /** How much of each target is spread evenly over all classes, 0 to 1; 0 by default. */
  labelSmoothing?: number;
}

/** The options of {@linkcode Supervised}. */
export const SUPERVISED_OPTIONS: OptionTable<SupervisedOptions> = {
  labelSmoothing: number({
    default: 0,
    min: 0,
    max: 1,
    help: "how much of each target is spread evenly over all classes",
  }),
};

/** The label that cross-entropy passes over, as in PyTorch. */
const PASSED_OVER = -100;

/**
 * Minimizes the cross-entropy of a model on labelled batches. The loss has no parts, so `terms` is empty.
 *
 * @example
 * ```ts
 * import { data, models, torch, train } from "@apprentice/distill";
 *
 * const method = new train.Supervised(new models.SmallCnn({ numClasses: 10 }));
 * const labels = torch.tensor([0, 1, 2, 3], { dtype: "int64" });
 * const { loss } = method.step(new data.LabelledBatch(torch.zeros([4, 1, 28, 28]), labels));
 * ```
 */
export class Supervised extends Method<LabelledBatch> {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "labelled", teachers: 0, classifier: false };
  readonly #options: Resolved<SupervisedOptions>;

  /**
   * Takes the model, from images to logits; any module does.
   *
   * @throws {ArgumentError} if labelSmoothing is not from 0 to 1.
   */
  constructor(model: Module, options: SupervisedOptions = {}) {
    super({ student: model as Classifier, teachers: [] });
    this.#options = resolveOptions("Supervised", SUPERVISED_OPTIONS, options);
  }

  /** The model that is trained. */
  get model(): Module {
    return this.student;
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { images, labels } = seen;
    terms.add("loss", 1, () => {
      const logits = this.model.forward(images);
      if (!seen.isShared) return crossEntropy(logits, labels, this.#options);
      // Labels that are passed over need not be equally many in every process.
      const sum = crossEntropy(logits, labels, { ...this.#options, reduction: "sum" });
      return sum.div(seen.averaged(labels.ne(PASSED_OVER).sum()));
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
