/**
 * Plain feature distillation, the baseline of CustomKD.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Spec } from "../base/spec.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { scope } from "../torch/scope.ts";
import { checkChoice, checkNumber } from "./checks.ts";
import { wide } from "./inputs.ts";
import type { LabelledInput, UnlabelledInput } from "./step_inputs.ts";
import { type Distance, featureTransferLoss } from "./losses.ts";
import { labelledLoss } from "./labelled_loss.ts";
import { Method, type StepResult } from "./method.ts";
import { checkTeachers } from "./check_teachers.ts";
import { WeightedSum } from "./weighted_sum.ts";
import { joinInputs } from "./mixed_batch.ts";
import { Projection, type ProjectionShape } from "./projection.ts";

/** Options of {@linkcode FeatureKD}; all defaults are ours. */
export interface FeatureKDOptions {
  /** Who is taught. */
  student: Classifier;
  /** Whose features are taught; of logits no use is made. */
  teacher: Teacher;
  /** The weights of the terms; 1 each. */
  weights?: { feature?: number; labelled?: number };
  /** Shape of the map from the student's features to the teacher's; `"linear"`. */
  projection?: ProjectionShape;
  /** How the distance of features is measured; `"mse"`. */
  distance?: Distance;
  /** As in `Uniform`. */
  checkFinite?: boolean;
}

/** A batch of labelled images, and one of unlabelled images if there are any. */
export interface FeatureKDInput {
  /** Images with labels. */
  readonly labelled: LabelledInput;
  /** Images without. */
  readonly unlabelled?: UnlabelledInput;
}

/**
 * Plain feature distillation: cross-entropy on labelled images, and a projection of the student's
 * features close to the teacher's on all images. What CustomKD (arXiv 2503.18244) is compared with. Terms:
 * `feature`, `labelled`.
 *
 * @example
 * ```ts
 * import { distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, teacher: teachers.Teacher): number {
 *   const method = new distill.FeatureKD({ student, teacher });
 *   const labelled = {
 *     images: torch.rand([8, 1, 28, 28]),
 *     labels: torch.zeros([8], { dtype: "int64" }),
 *   };
 *   const unlabelled = { images: torch.rand([32, 1, 28, 28]) };
 *   return method.step({ labelled, unlabelled }).loss.item();
 * }
 * ```
 */
export class FeatureKD extends Method<FeatureKDInput> {
  /** Whose features are taught. */
  readonly teacher: Teacher;
  /** The map from the student's features to the teacher's; thrown away at the end. */
  readonly projection: Projection;
  readonly #weights: { feature: number; labelled: number };
  readonly #distance: Distance;

  /**
   * Makes the projection for a teacher and a student.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   */
  constructor(options: FeatureKDOptions) {
    super(options.student, options.checkFinite);
    const { student, teacher, weights, distance = "mse" } = options;
    checkTeachers("FeatureKD", student, teacher ? [teacher] : []);
    checkChoice(distance, ["mse", "l1", "smoothL1", "cosine"], "distance");
    this.#weights = { feature: weights?.feature ?? 1, labelled: weights?.labelled ?? 1 };
    for (const [name, weight] of Object.entries(this.#weights)) {
      checkNumber(weight, `the weight "${name}"`);
    }
    if (this.#weights.feature === 0 && this.#weights.labelled === 0) {
      throw new ArgumentError("Both weights of FeatureKD are 0, so that nothing is learnt.");
    }
    this.teacher = teacher;
    this.#distance = distance;
    this.projection = new Projection(student.featureDim, teacher.featureDim, options.projection);
    this.joinStudent();
  }

  /**
   * The loss of labelled and unlabelled images.
   *
   * @throws {ArgumentError} if labels are missing from the one batch or there in the other.
   * @throws {ShapeError} if there is no image, or an output is not as declared.
   * @throws {TrainingError} if the loss is not finite.
   */
  override step(input: FeatureKDInput): StepResult {
    return scope(() => {
      const mixed = joinInputs("FeatureKD", this.teacher, input.labelled, input.unlabelled);
      const { images, output, labels, labelledCount, count } = mixed;
      const { features, logits } = this.look(images, count);
      const weights = this.#weights;
      const sum = new WeightedSum();
      if (weights.feature > 0) {
        const projected = wide(this.projection.forward(features));
        const distance = { distance: this.#distance };
        sum.add(
          "feature",
          featureTransferLoss(projected, output.features, distance),
          weights.feature,
        );
      }
      if (weights.labelled > 0) {
        const known = logits.narrow(0, 0, labelledCount);
        sum.add("labelled", labelledLoss(known, labels), weights.labelled);
      }
      this.checkLoss(sum.loss, [this.teacher], [output]);
      return { loss: sum.loss, terms: sum.terms };
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return { weights: this.#weights, distance: this.#distance };
  }

  /** @ignore */
  protected override masters(): readonly Teacher[] {
    return [this.teacher];
  }
}
