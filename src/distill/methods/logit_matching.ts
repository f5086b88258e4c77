/**
 * Logits that are to be the teachers'.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { number } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { Opinions } from "../../teachers/opinions.ts";
import { noGrad } from "../../torch/backward.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkTeaches, nobodyLeft } from "../checks.ts";
import { addLabelled, LABELLED } from "../labelled_term.ts";
import { featureTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import type { Terms } from "../terms.ts";
import { averageFeatures } from "../vote_features.ts";

/** The options of {@linkcode LogitMatching} that are data. */
export interface LogitMatchingSettings {
  /** The weight of the cross-entropy on labelled images, where there are any; 1. */
  labelled?: number;
  /** The weight of the distance of logits; 1. */
  logit?: number;
}

/** Options of {@linkcode LogitMatching}; of descriptive teachers no use is made. */
export interface LogitMatchingOptions extends Learners, LogitMatchingSettings {}

/** The options of {@linkcode LogitMatching} that are data. */
export const LOGIT_MATCHING_OPTIONS: OptionTable<LogitMatchingSettings> = {
  labelled: LABELLED,
  logit: number({ default: 1, min: 0, help: "weight of the distance of logits" }),
};

/**
 * Matching of logits (Ba and Caruana, Do deep nets really need to be deep?, 2014, arXiv 1312.6184): the student's logits are to
 * be the teachers', beside the labels where there are any.
 *
 *     L = labelled · CE + logit · mean((z - ẑ)²)
 *
 * ẑ is the mean of the predictive teachers' logits, on all images; every one of them has to know all classes. The mean is over
 * images and classes. Terms: `labelled`, `logit`.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers } from "@apprentice/distill";
 *
 * function loss(student: nn.Classifier, master: teachers.Teacher, batch: data.MixedBatch): number {
 *   return new distill.LogitMatching({ student, teachers: [master] }).step(batch).loss.item();
 * }
 * ```
 */
export class LogitMatching extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any", voters: 1, onlyVoters: true };
  readonly #options: Resolved<LogitMatchingSettings>;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, one of these knows some classes only, or an option is out of
   * its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: LogitMatchingOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("LogitMatching", LOGIT_MATCHING_OPTIONS, options);
    checkTeaches("LogitMatching", { ...this.#options });
    const partial = this.shelf.voters.find(({ labelMap }) => labelMap?.isWhole === false);
    if (partial !== undefined) {
      throw new ArgumentError(
        `LogitMatching needs logits for all classes, and teacher "${partial.name}" knows some of them only. Leave it out, ` +
          `or take SoftTarget.`,
      );
    }
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { labelled, logit } = this.#options;
    addLabelled(seen, terms, labelled);
    terms.add(
      "logit",
      logit,
      () => featureTransferLoss(seen.student.logits, this.#target(seen.opinions)),
    );
  }

  /** The mean of the logits of those who were heard (B, C). */
  #target({ voters: names, logits }: Opinions): Tensor {
    if (names.length === 0) {
      const all = this.shelf.voters.map(({ name }) => name);
      throw nobodyLeft("that votes on classes", all, "features");
    }
    return noGrad(() => averageFeatures(logits, { names, checkFinite: false }));
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
