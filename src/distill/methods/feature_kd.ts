/**
 * Plain feature distillation, the baseline of CustomKD.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { table } from "../../base/option_parts.ts";
import { choice, number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { LabelledBatch } from "../../data/batch.ts";
import type { MixedBatch } from "../../data/mixed_batch.ts";
import type { Teacher } from "../../teachers/teacher.ts";
import { labelledLoss } from "../labelled_loss.ts";
import { type Distance, DISTANCES, featureTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { Projection, type ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Seen } from "../seen.ts";
import { shelfOf } from "../shelf_of.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";

/** The weights of the terms of {@linkcode FeatureKD}. */
export interface FeatureKDWeights {
  /** The weight of the distance of features, on all images; 1. */
  feature?: number;
  /** The weight of the cross-entropy on labelled images; 1. */
  labelled?: number;
}

/** The options of {@linkcode FeatureKD} that are data; all defaults are ours. */
export interface FeatureKDSettings {
  /** The weights of the terms; 1 each. */
  weights?: FeatureKDWeights;
  /** Shape of the map from the student's features to the teacher's; `"linear"`. */
  projection?: ProjectionShape;
  /** How the distance of features is measured; `"mse"`. */
  distance?: Distance;
}

/** Options of {@linkcode FeatureKD}. */
export interface FeatureKDOptions extends Omit<Learners, "teachers">, FeatureKDSettings {
  /** Whose features are taught; of logits no use is made. */
  teacher: Teacher | Learners["teachers"];
}

const weight = (help: string, value: number) => number({ default: value, min: 0, help });

/** The options of {@linkcode FeatureKD} that are data. */
export const FEATURE_KD_OPTIONS: OptionTable<FeatureKDSettings> = {
  weights: table<FeatureKDWeights>({
    feature: weight("weight of the distance of features", 1),
    labelled: weight("weight of the cross-entropy on labelled images", 1),
  }, { default: {}, help: "the weights of the terms" }),
  projection: projectionOption("the map from the student's features to the teacher's"),
  distance: choice(DISTANCES, {
    default: "mse",
    help: "how the distance of features is measured",
  }),
};

/**
 * Plain feature distillation: cross-entropy on labelled images, and a projection of the student's
 * features close to the teacher's on all images. What CustomKD (arXiv 2503.18244) is compared with. Terms:
 * `feature`, `labelled`.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, teacher: teachers.Teacher): number {
 *   const method = new distill.FeatureKD({ student, teacher });
 *   const labels = torch.zeros([8], { dtype: "int64" });
 *   const labelled = new data.LabelledBatch(torch.rand([8, 1, 28, 28]), labels);
 *   const unlabelled = new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]));
 *   return method.step(new data.MixedBatch(labelled, unlabelled)).loss.item();
 * }
 * ```
 */
export class FeatureKD extends Method<LabelledBatch | MixedBatch> {
  /** What the method asks for. */
  static override readonly needs: Needs = {
    images: "some labelled",
    teachers: 1,
    mostTeachers: 1,
  };
  /** The map from the student's features to the teacher's; thrown away at the end. */
  readonly projection: Projection;
  readonly #options: Resolved<FeatureKDSettings>;

  /**
   * Makes the projection for a teacher and a student.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   */
  constructor({ student, teacher, checkFinite, ...options }: FeatureKDOptions) {
    super({ student, teachers: shelfOf(teacher), checkFinite });
    this.#options = resolveOptions("FeatureKD", FEATURE_KD_OPTIONS, options);
    const { feature, labelled } = this.#options.weights;
    if (feature === 0 && labelled === 0) {
      throw new ArgumentError("Both weights of FeatureKD are 0, so that nothing is learnt.");
    }
    const [{ featureDim }] = this.teachers;
    this.projection = new Projection(student.featureDim, featureDim, this.#options.projection);
    this.joinStudent();
  }

  /** Whose features are taught. */
  get teacher(): Teacher {
    return this.teachers[0];
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { weights, distance } = this.#options;
    const { student: { features, logits } } = seen;
    terms.add("feature", weights.feature!, () => {
      const projected = upcast(this.projection.forward(features));
      return featureTransferLoss(projected, seen.opinions.features[0], { distance });
    });
    terms.add(
      "labelled",
      weights.labelled!,
      () => labelledLoss(seen.ofLabelled(logits), seen.labels),
    );
  }

  /** @ignore */
  protected override settings(): Spec {
    const { projection: _, ...options } = this.#options;
    return { ...options, weights: { ...options.weights } };
  }
}
