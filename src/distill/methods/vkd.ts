/**
 * Distillation through an orthogonal projection.
 *
 * @module
 */

import { number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import { layerNorm } from "../../nn/functional/normalization.ts";
import { checkTeaches } from "../checks.ts";
import { featureTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { OrthogonalProjection } from "../orthogonal_projection.ts";
import { meanOverTeachers } from "../over_teachers.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";

/** The options of {@linkcode VkD} that are data. */
export interface VkDSettings extends SupervisionSettings {
  /** The weight of the features' part; 1, as in the official code. */
  feature?: number;
}

/** Options of {@linkcode VkD}. */
export interface VkDOptions extends Learners, VkDSettings {}

/** The options of {@linkcode VkD} that are data; the official code's temperature is 1. */
export const VKD_OPTIONS: OptionTable<VkDSettings> = {
  feature: number({ default: 1, min: 0, help: "weight of the distance of features" }),
  ...supervisionOptions(1),
};

/**
 * VkD (Miles et al., VkD: improving knowledge distillation using orthogonal projections, 2024, arXiv 2403.06213): the student's
 * features, through a projection whose matrix stays orthogonal, against the teacher's after a layer norm:
 *
 *     L = feature · smoothL1(P x, LN(xᵗ)) + labelled · CE + kd · KD
 *
 * A projection that keeps lengths and angles cannot learn what the student should. As in the official code for
 * classification the layer norm has no weights; the student may be narrower or wider than the teacher. With several
 * teachers each has a projection of its own, and the part is the mean over them (ours: the paper has one). Terms:
 * `feature`; `labelled` and `kd` where there are labels and voters.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.VkD({ student, teachers: masters });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class VkD extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any" };
  /** The maps from the student's features to each teacher's, in the shelf's order; thrown away at the end. */
  readonly projections: ModuleList;
  /** The terms on labels and votes. */
  readonly supervision: Supervision;
  readonly #options: Resolved<VkDSettings>;

  /**
   * Makes a projection for each teacher.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: VkDOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("VkD", VKD_OPTIONS, options);
    const { feature, labelled, kd } = this.#options;
    checkTeaches("VkD", { feature, labelled, kd });
    this.projections = new ModuleList(
      this.teachers.map(({ featureDim }) =>
        new OrthogonalProjection(student.featureDim, featureDim)
      ),
    );
    this.supervision = new Supervision(this.shelf, this.#options);
    this.joinStudent();
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { names } = this.shelf;
    terms.add(
      "feature",
      this.#options.feature,
      () =>
        meanOverTeachers(seen.opinions, terms, "feature", ({ features }, name) => {
          const projection = this.projections.at(names.indexOf(name));
          const target = layerNorm(features, [features.size(1)]);
          const projected = projection.forward(seen.student.features);
          return featureTransferLoss(projected, target, { distance: "smoothL1" });
        }),
    );
    this.supervision.add(seen, terms);
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
