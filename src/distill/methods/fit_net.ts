/**
 * Distillation of features through a projection.
 *
 * @module
 */

import { choice, number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import { checkTeaches } from "../checks.ts";
import { type Distance, DISTANCES, featureTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { meanOverTeachers } from "../over_teachers.ts";
import { Projection, type ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";

/** The options of {@linkcode FitNet} that are data. */
export interface FitNetSettings extends SupervisionSettings {
  /** The weight of the distance of features; 100, as common implementations have it. */
  feature?: number;
  /** Shape of the maps from the student's features to the teachers'; `"linear"`. */
  projection?: ProjectionShape;
  /** How the distance of features is measured; `"mse"`, as in the paper. */
  distance?: Distance;
}

/** Options of {@linkcode FitNet}. */
export interface FitNetOptions extends Learners, FitNetSettings {}

/** The options of {@linkcode FitNet} that are data. */
export const FIT_NET_OPTIONS: OptionTable<FitNetSettings> = {
  feature: number({ default: 100, min: 0, help: "weight of the distance of features" }),
  projection: projectionOption("the maps from the student's features to the teachers'"),
  distance: choice(DISTANCES, {
    default: "mse",
    help: "how the distance of features is measured",
  }),
  ...supervisionOptions(4),
};

/**
 * FitNet (Romero et al., FitNets: hints for thin deep nets, 2015, arXiv 1412.6550): a projection of the student's features
 * close to the teacher's on all images,
 *
 *     L = feature · dist(projection(x), xᵗ) + labelled · CE + kd · KD
 *
 * The paper learns from the hint first and from predictions afterwards; all at once is what its later opponents compare with.
 * CustomKD (arXiv 2503.18244) is compared with it as plain feature distillation. With several teachers each has a projection of
 * its own, and the part is the mean over them (ours: the paper has one). Terms: `feature`; `labelled` and `kd` where there
 * are labels and voters.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, teacher: teachers.Teacher): number {
 *   const method = new distill.FitNet({ student, teachers: [teacher], feature: 30 });
 *   const labels = torch.zeros([8], { dtype: "int64" });
 *   const labelled = new data.LabelledBatch(torch.rand([8, 1, 28, 28]), labels);
 *   const unlabelled = new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]));
 *   return method.step(new data.MixedBatch(labelled, unlabelled)).loss.item();
 * }
 * ```
 */
export class FitNet extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any" };
  /** The maps from the student's features to each teacher's, in the shelf's order; thrown away at the end. */
  readonly projections: ModuleList;
  /** The terms on labels and votes. */
  readonly supervision: Supervision;
  readonly #options: Resolved<FitNetSettings>;

  /**
   * Makes a projection for each teacher.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: FitNetOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("FitNet", FIT_NET_OPTIONS, options);
    const { feature, projection, labelled, kd } = this.#options;
    checkTeaches("FitNet", { feature, labelled, kd });
    this.projections = new ModuleList(
      this.teachers.map(({ featureDim }) =>
        new Projection(student.featureDim, featureDim, projection)
      ),
    );
    this.supervision = new Supervision(this.shelf, this.#options);
    this.joinStudent();
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { feature, distance } = this.#options;
    const { names } = this.shelf;
    terms.add(
      "feature",
      feature,
      () =>
        meanOverTeachers(seen.opinions, terms, "feature", ({ features }, name) => {
          const projection = this.projections.at(names.indexOf(name));
          const projected = upcast(projection.forward(seen.student.features));
          return featureTransferLoss(projected, features, { distance });
        }),
    );
    this.supervision.add(seen, terms);
  }

  /** @ignore */
  protected override settings(): Spec {
    // Projections are in what is trained.
    const { projection: _, ...options } = this.#options;
    return { ...options };
  }
}
