/**
 * Distillation of features through a projection.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { choice, number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { Backbone } from "../../models/backbone.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import type { Shelf } from "../../teachers/shelf.ts";
import type { TeacherOutput } from "../../teachers/teacher_options.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkLearners } from "../check_needs.ts";
import { checkTeaches } from "../checks.ts";
import { type Distance, DISTANCES, featureTransferLoss } from "../losses.ts";
import { resized, rowsOf } from "../maps.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { meanOverTeachers } from "../over_teachers.ts";
import { Projection, type ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Seen } from "../seen.ts";
import type { Standardization } from "../standardization.ts";
import { standardizeOption } from "../standardize_option.ts";
import { Standardizers } from "../standardizers.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";

/** The options of {@linkcode FitNet} that are data. */
export interface FitNetSettings extends SupervisionSettings {
  /**
   * What the hint is: the pooled features (`"features"`), or the last map before pooling (`"map"`), which the student and all
   * teachers have to have; `"features"` (ours: the paper has a map in the middle).
   */
  hint?: "features" | "map";
  /** The weight of the distance of features; 100, as common implementations have it. */
  feature?: number;
  /** Shape of the maps from the student's features to the teachers'; `"linear"`. */
  projection?: ProjectionShape;
  /** How the distance of features is measured; `"mse"`, as in the paper. */
  distance?: Distance;
  /**
   * How teachers' features are standardized first; `"none"`, as in the paper. With several teachers `"dataset"` makes them
   * count alike. The hint `"map"` is taken as it is.
   */
  standardize?: Standardization;
}

/** Options of {@linkcode FitNet}. */
export interface FitNetOptions extends Learners, FitNetSettings {}

/** The options of {@linkcode FitNet} that are data. */
export const FIT_NET_OPTIONS: OptionTable<FitNetSettings> = {
  hint: choice(["features", "map"], {
    default: "features",
    help: "what the hint is: pooled features, or the last map before pooling",
  }),
  feature: number({ default: 100, min: 0, help: "weight of the distance of features" }),
  projection: projectionOption("the maps from the student's features to the teachers'"),
  distance: choice(DISTANCES, {
    default: "mse",
    help: "how the distance of features is measured",
  }),
  standardize: standardizeOption("none"),
  ...supervisionOptions(4),
};

/**
 * FitNet (Romero et al., FitNets: hints for thin deep nets, 2015, arXiv 1412.6550): a projection of the student's features
 * close to the teacher's on all images,
 *
 *     L = feature · dist(projection(x), xᵗ) + labelled · CE + kd · KD,
 *
 * or the same place by place of the last maps before pooling (`hint: "map"`): the projection is then a convolution of 1x1, and
 * the student's map is resized to the teacher's grid first (bilinear, antialiased).
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
  /** What standardizes the teachers' features. */
  readonly standardizers: Standardizers;
  /** The terms on labels and votes. */
  readonly supervision: Supervision;
  readonly #options: Resolved<FitNetSettings>;

  /**
   * Makes a projection for each teacher.
   *
   * @throws {ArgumentError} if there is no teacher, an option is out of its range, or somebody has no map where maps are taught.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: FitNetOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("FitNet", FIT_NET_OPTIONS, options);
    const { hint, feature, projection, standardize, labelled, kd } = this.#options;
    checkTeaches("FitNet", { feature, labelled, kd });
    if (hint === "map") {
      checkStandardize(standardize);
      checkLearners("FitNet", this.needs, student, this.shelf);
      checkMaps(this.shelf);
    }
    const own = hint === "map" ? (student as Backbone).stageDims.at(-1)! : student.featureDim;
    this.projections = new ModuleList(
      this.teachers.map(({ featureDim, patchDim }) =>
        new Projection(own, hint === "map" ? patchDim! : featureDim, projection)
      ),
    );
    this.standardizers = new Standardizers(this.teachers, standardize);
    this.supervision = new Supervision(this.shelf, this.#options);
    this.joinStudent();
  }

  /** What the method asks for: maps only where they are the hint. */
  override get needs(): Needs {
    // The base class asks before there are options.
    const hasMaps = #options in this && this.#options.hint === "map";
    return hasMaps ? { ...FitNet.needs, stages: true, patches: true } : FitNet.needs;
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { feature, distance } = this.#options;
    const { names } = this.shelf;
    terms.add(
      "feature",
      feature,
      () =>
        meanOverTeachers(seen.opinions, terms, "feature", (output, name) => {
          const [own, target] = this.#hints(seen, output, name);
          const projected = upcast(this.projections.at(names.indexOf(name)).forward(own));
          return featureTransferLoss(projected, target, { distance });
        }),
    );
    this.supervision.add(seen, terms);
  }

  /** What is projected, and what the result should be like; row by row. */
  #hints(
    { student }: Seen,
    { features, patches }: TeacherOutput,
    name: string,
  ): [own: Tensor, target: Tensor] {
    if (this.#options.hint === "features") {
      return [student.features, this.standardizers.ofOne(name, features)];
    }
    const [height, width] = patches!.shape.slice(2);
    return [rowsOf(resized(student.stages.at(-1)!, height, width)), rowsOf(patches!)];
  }

  /** @ignore */
  protected override settings(): Spec {
    // Projections are in what is trained.
    const { projection: _, ...options } = this.#options;
    return { ...options };
  }
}

function checkStandardize(standardize: Standardization): void {
  if (standardize === "none") return;
  throw new ArgumentError(
    `FitNet standardizes features, not maps, and hint is "map" with standardize "${standardize}". Set one of them back.`,
  );
}

function checkMaps({ teachers }: Shelf): void {
  const without = teachers.filter(({ patchDim }) => patchDim === null).map(({ name }) => name);
  if (without.length === 0) return;
  throw new ArgumentError(
    `FitNet with hint "map" teaches teachers' last maps, and ${without.join(", ")} ${
      without.length === 1 ? "has" : "have"
    } none: leave ${without.length === 1 ? "it" : "them"} out, or set hint to "features".`,
  );
}
