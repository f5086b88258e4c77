/**
 * Plain knowledge distillation, the first baseline.
 *
 * @module
 */

import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { UnlabelledBatch } from "../../data/batch.ts";
import { klDivergence } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import type { Terms } from "../terms.ts";
import { voterOptions, type VoterSettings } from "../voter_options.ts";
import { Voters } from "../voters.ts";

/** Options of {@linkcode KD}; of descriptive teachers no use is made. */
export interface KDOptions extends Learners, VoterSettings {}

/** The options of {@linkcode KD} that are data. */
export const KD_OPTIONS: OptionTable<VoterSettings> = voterOptions(4);

/**
 * Knowledge distillation (Hinton et al. 2015) without labels: the student's prediction against the mean
 * of the predictive teachers', `T² · KL(p̂ || softmax(z/T))`. The baseline "KD" of UNIFORM (arXiv 2508.19498). Its term is `kd`.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.KD({ student, teachers: masters, temperature: 4 });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class KD extends Method<UnlabelledBatch> {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "unlabelled", voters: 1, onlyVoters: true };
  /** The predictive teachers as one prediction. */
  readonly voters: Voters;
  readonly #options: Resolved<VoterSettings>;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: KDOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("KD", KD_OPTIONS, options);
    this.voters = new Voters(this.shelf, this.#options);
  }

  /** @ignore */
  protected override lesson({ student, opinions }: Seen, terms: Terms): void {
    const { temperature } = this.#options;
    terms.add("kd", 1, () => {
      const { probabilities } = this.voters.vote(opinions);
      return klDivergence(student.logits, probabilities, { temperature });
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
