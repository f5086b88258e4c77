/**
 * Relational knowledge distillation.
 *
 * @module
 */

import { number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkTeaches } from "../checks.ts";
import { relativeDistances, tripletAngles } from "../losses/relational.ts";
import { featureTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { meanOverTeachers } from "../over_teachers.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";

/** The options of {@linkcode RKD} that are data. */
export interface RKDSettings extends SupervisionSettings {
  /** The weight of the distances' part; 25, as in the paper. */
  distance?: number;
  /** The weight of the angles' part; 50, as in the paper. */
  angle?: number;
}

/** Options of {@linkcode RKD}. */
export interface RKDOptions extends Learners, RKDSettings {}

/** The options of {@linkcode RKD} that are data. */
export const RKD_OPTIONS: OptionTable<RKDSettings> = {
  distance: number({ default: 25, min: 0, help: "weight of the distances between images" }),
  angle: number({ default: 50, min: 0, help: "weight of the angles between images" }),
  ...supervisionOptions(4),
};

/**
 * Relational knowledge distillation (Park et al., Relational knowledge distillation, 2019, arXiv 1904.05068): how the images of
 * a batch lie to each other in the student's feature space should be as in the teacher's, which asks for no projection.
 *
 *     L = distance · smoothL1(ψ_D(x), ψ_D(xᵗ)) + angle · smoothL1(ψ_A(x), ψ_A(xᵗ)) + labelled · CE + kd · KD
 *
 * ψ_D are the distances of pairs over their mean (`relativeDistances`), ψ_A the cosines of the angles of triplets
 * (`tripletAngles`). Batches have at least three images: leave a smaller last one out (`dropLast`). With several teachers
 * each part is the mean over them (ours: the paper has one). Terms: `distance`, `angle`; `labelled` and `kd` where there are
 * labels and voters.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.RKD({ student, teachers: masters });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class RKD extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any" };
  /** The terms on labels and votes. */
  readonly supervision: Supervision;
  readonly #options: Resolved<RKDSettings>;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: RKDOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("RKD", RKD_OPTIONS, options);
    const { distance, angle, labelled, kd } = this.#options;
    checkTeaches("RKD", { distance, angle, labelled, kd });
    this.supervision = new Supervision(this.shelf, this.#options);
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { distance, angle } = this.#options;
    // Images lie to each other as they do in the whole batch, whoever has them.
    let whole: readonly [own: Tensor, taught: ReadonlyMap<string, Tensor>] | undefined;
    const gather = () => {
      const { names, features } = seen.opinions;
      const [own] = seen.gathered([seen.student.features]);
      const taught = seen.gathered(features);
      return whole ??= [own, new Map(names.map((name, i) => [name, taught[i]]))];
    };
    const compare = (what: string, relation: (features: Tensor) => Tensor): Tensor => {
      const [features, taught] = whole ?? gather();
      const own = relation(features).flatten(1);
      return meanOverTeachers(
        seen.opinions,
        terms,
        what,
        (_, name) =>
          featureTransferLoss(own, relation(taught.get(name)!).flatten(1), {
            distance: "smoothL1",
          }),
      );
    };
    terms.add("distance", distance, () => compare("distance", relativeDistances));
    terms.add("angle", angle, () => compare("angle", tripletAngles));
    this.supervision.add(seen, terms);
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
