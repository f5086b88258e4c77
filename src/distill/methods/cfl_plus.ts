/**
 * CFL+: UNIFORM without votes.
 *
 * @module
 */

import { type OptionTable, resolveOptions } from "../../base/options.ts";
import type { Learners } from "../method.ts";
import { Uniform } from "./uniform.ts";
import { UNIFORM_OPTIONS, type UniformSettings } from "./uniform_options.ts";

/** The options of {@linkcode CFLPlus} that are data: those of `Uniform`, whose votes are off. */
export type CFLPlusSettings = Omit<
  UniformSettings,
  "featureVoting" | "logitVoting" | "alpha2" | "featureTies" | "classTies"
>;

/** Options of {@linkcode CFLPlus}. */
export interface CFLPlusOptions extends Learners, CFLPlusSettings {}

/** The options of {@linkcode CFLPlus} that are data. */
export const CFL_PLUS_OPTIONS: OptionTable<CFLPlusSettings> = withoutVotes();

function withoutVotes(): OptionTable<CFLPlusSettings> {
  const {
    featureVoting: _f,
    logitVoting: _l,
    alpha2: _a,
    featureTies: _t,
    classTies: _c,
    ...rest
  } = UNIFORM_OPTIONS;
  return rest;
}

/**
 * CFL+, the baseline of UNIFORM (arXiv 2508.19498) by that name. The paper's summary does not define it; its row in the
 * results equals the row "no voting" of the ablation, so we take it as that: UNIFORM whose target is the plain mean of the
 * encoded features, and whose logit loss is soft cross-entropy with the mean prediction. Named for CFL (Luo et al. 2019),
 * which is `CFL`. `alpha1` weighs the logit loss.
 *
 * Terms: `logit`, `feature`, `reconstruction`, `alignment`.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * async function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): Promise<number> {
 *   const method = new distill.CFLPlus({ student, teachers: masters, standardize: "running" });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class CFLPlus extends Uniform {
  /**
   * Makes an encoder and a decoder for each teacher.
   *
   * @throws {ArgumentError} as `Uniform` does, and for options of the votes, which there are none of.
   */
  constructor({ student, teachers, checkFinite, ...given }: CFLPlusOptions) {
    const options = resolveOptions("CFL+", CFL_PLUS_OPTIONS, given);
    super({
      student,
      teachers,
      checkFinite,
      ...options,
      alpha2: options.alpha1,
      featureVoting: false,
      logitVoting: false,
    });
  }

  /** The method's name in messages and records. */
  override get name(): string {
    return "CFL+";
  }
}
