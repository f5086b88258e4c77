/**
 * Learning without labels from rotations.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { UnlabelledBatch } from "../../data/batch.ts";
import { rotate90 } from "../../data/transforms/rotation_task.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { crossEntropy } from "../../nn/functional/classification.ts";
import { Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import type { SupervisedOptions } from "./supervised.ts";
import type { Terms } from "../terms.ts";

/** The options of {@linkcode Rotation}. */
export const ROTATION_OPTIONS: OptionTable<SupervisedOptions> = {
  labelSmoothing: number({
    default: 0,
    min: 0,
    max: 1,
    help: "how much of each target is spread evenly over the four turns",
  }),
};

/**
 * Trains a model of four classes to tell by how many quarter turns an image was rotated (Gidaris et al., Unsupervised
 * representation learning by predicting image rotations, ICLR 2018), without labels: a way to make a descriptive teacher.
 * Every image is seen in all four rotations.
 *
 * @example
 * ```ts
 * import { data, distill, models, torch } from "@apprentice/distill";
 *
 * const method = new distill.Rotation(new models.SmallCnn({ numClasses: 4 }));
 * method.step(new data.UnlabelledBatch(torch.rand([8, 1, 28, 28]))).loss.item();
 * ```
 */
export class Rotation extends Method<UnlabelledBatch> {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "unlabelled", teachers: 0 };
  readonly #options: Resolved<SupervisedOptions>;

  /**
   * Takes the model.
   *
   * @throws {ShapeError} if it has not four classes.
   * @throws {ArgumentError} if it is no classifier, or labelSmoothing is not from 0 to 1.
   */
  constructor(model: Classifier, options: SupervisedOptions = {}) {
    super({ student: model, teachers: [] });
    this.#options = resolveOptions("Rotation", ROTATION_OPTIONS, options);
    if (model.numClasses !== 4) {
      throw new ShapeError(
        `Rotation has four classes, the quarter turns 0 to 3; the model has ${model.numClasses}.`,
      );
    }
  }

  /** @ignore */
  protected override lesson({ images: upright }: Seen, terms: Terms): void {
    terms.add("loss", 1, () => {
      const { images, labels } = rotate90(upright);
      return crossEntropy(this.student.forward(images), labels, this.#options);
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
