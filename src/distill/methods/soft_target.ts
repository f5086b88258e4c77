/**
 * Soft targets beside labels.
 *
 * @module
 */

import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { checkTeaches } from "../checks.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";

/** Options of {@linkcode SoftTarget}; of descriptive teachers no use is made. */
export interface SoftTargetOptions extends Learners, SupervisionSettings {}

/** The options of {@linkcode SoftTarget} that are data. */
export const SOFT_TARGET_OPTIONS: OptionTable<SupervisionSettings> = supervisionOptions(4);

/**
 * Soft targets (Hinton et al., Distilling the knowledge in a neural network, 2015, arXiv 1503.02531), as the paper has them:
 * beside the labels, where there are any.
 *
 *     L = labelled · CE + kd · T² · KL(p̂ || softmax(z / T))
 *
 * p̂ is the mean prediction of the predictive teachers, on all images. {@linkcode KD} is the same for images without labels
 * alone. Terms: `labelled`, `kd`.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers } from "@apprentice/distill";
 *
 * function loss(student: nn.Classifier, master: teachers.Teacher, batch: data.MixedBatch): number {
 *   const method = new distill.SoftTarget({ student, teachers: [master], temperature: 2 });
 *   return method.step(batch).loss.item();
 * }
 * ```
 */
export class SoftTarget extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any", voters: 1, onlyVoters: true };
  /** The terms on labels and votes. */
  readonly supervision: Supervision;
  readonly #options: Resolved<SupervisionSettings>;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: SoftTargetOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("SoftTarget", SOFT_TARGET_OPTIONS, options);
    const { kd, labelled } = this.#options;
    checkTeaches("SoftTarget", { kd, labelled });
    this.supervision = new Supervision(this.shelf, this.#options);
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    this.supervision.add(seen, terms);
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
