/**
 * UNIFORM: many teachers, no labels.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../../base/errors.ts";
import { checkPositive } from "../../base/check_whole.ts";
import { type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { UnlabelledBatch } from "../../data/batch.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import { teacherField } from "../../report/teacher_fields.ts";
import type { Opinions } from "../../teachers/opinions.ts";
import { noGrad } from "../../torch/backward.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { type Cast, VoteAccount, type VoteSummary } from "../account.ts";
import { checkWeights } from "../checks.ts";
import { featureTransferLoss, logitTransferLoss, reconstructionLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { Projection } from "../projection.ts";
import type { Seen } from "../seen.ts";
import { Standardizer } from "../standardize.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";
import { averageFeatures, type FeatureVote, voteFeatures } from "../vote_features.ts";
import { type LogitVote, voteLogits } from "../vote_logits.ts";
import { UNIFORM_OPTIONS, type UniformSettings } from "./uniform_options.ts";

/** Options of {@linkcode Uniform}. */
export interface UniformOptions extends Learners, UniformSettings {}

/** The votes of one step. */
interface Votes {
  features: Cast<FeatureVote> | null;
  logits: Cast<LogitVote> | null;
}

/**
 * UNIFORM (arXiv 2508.19498): predictive and descriptive teachers, frozen, teach a student on images
 * without labels. Per step,
 *
 *     L = l_logit + β₁ · l_feature + β₂ · l_rec                                         (step 7)
 *
 * - l_rec: per teacher an encoder into a common space and a decoder back (step 1, `reconstructionLoss`);
 * - l_feature: the student's features against the vote of the encoded ones (steps 2-4, `voteFeatures`);
 * - l_logit: the student's prediction against the vote of the predictive teachers (steps 5-6, `voteLogits`).
 *
 * Terms of a step: `logit`, `feature`, `reconstruction`. Encoders and decoders are trained along
 * (they are in `parameters()`) and thrown away at the end; only the student remains.
 *
 * The baseline CFL+ is `featureVoting: false, logitVoting: false`. The paper's summary does not define
 * CFL+; its row in the results equals the row "no voting" of the ablation, so we take it as that.
 *
 * Labels cannot enter: the type of a step's batch has none, and a batch that carries some is
 * refused. The encoders are made on the student's device; teachers are not moved.
 *
 * @example
 * ```ts
 * import { data, distill, nn, optim, teachers, torch } from "@apprentice/distill";
 *
 * class Net extends nn.Classifier {
 *   readonly featureDim = 16;
 *   readonly numClasses = 10;
 *   body = new nn.Linear(784, 16);
 *   head = new nn.Linear(16, 10);
 *   override features(images: torch.Tensor): torch.Tensor {
 *     return this.body.forward(images.flatten(1)).relu();
 *   }
 * }
 * const student = new Net();
 * const method = new distill.Uniform({
 *   student,
 *   teachers: [
 *     teachers.predictive({ name: "a", model: new Net() }),
 *     teachers.predictive({ name: "b", model: new Net() }),
 *     teachers.descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 784 }),
 *   ],
 * });
 * const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-3 });
 * for (let i = 0; i < 3; i++) {
 *   using _ = torch.scope();
 *   const { loss } = method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28])));
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * }
 * console.log(method.votes().consensus);
 * ```
 */
export class Uniform extends Method<UnlabelledBatch> {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "unlabelled" };
  /** The encoders fᵢᵉ, one per teacher; none if no features are used. */
  readonly encoders: ModuleList;
  /** The decoders fᵢᵈ, one per teacher; none if no features are used. */
  readonly decoders: ModuleList;
  /** What standardizes teachers' features, one per teacher; none with `standardize: "none"`. */
  readonly standardizers: ModuleList;
  /** The map of the student's features into a common space of another width, or null. */
  readonly adapter: Projection | null;
  /** The sums behind {@linkcode Uniform.votes}, of the epoch under way. */
  readonly account: VoteAccount;
  /** The sums of the epoch before. */
  readonly lastAccount: VoteAccount;

  readonly #options: Resolved<UniformSettings>;
  readonly #usesLogits: boolean;
  readonly #usesFeatures: boolean;

  /**
   * Makes an encoder and a decoder for each teacher that votes on features.
   *
   * @throws {ArgumentError} if there is no teacher, two have one name, none is predictive although
   * logits are used, the student has no features, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...given }: UniformOptions) {
    super({ student, teachers, checkFinite });
    const options = this.#options = resolveOptions("UNIFORM", UNIFORM_OPTIONS, given);
    const { alpha1, alpha2, beta1, beta2, weights, standardize } = options;
    this.#usesLogits = alpha1 > 0 || alpha2 > 0;
    this.#usesFeatures = beta1 > 0 || beta2 > 0;
    const { names, voters } = this.shelf;
    if (!this.#usesLogits && !this.#usesFeatures) {
      throw new ArgumentError(
        "All of alpha1, alpha2, beta1 and beta2 are 0, so that nothing is learnt.",
      );
    }
    if (this.#usesLogits && voters.length === 0) {
      throw new ArgumentError(
        `UNIFORM needs at least one predictive teacher for the logits, and all ${names.length} are descriptive. ` +
          `Add one, or set alpha1 and alpha2 to 0 to use features only.`,
      );
    }
    if (weights !== null) checkWeights(weights, names.length);
    const width = options.commonDim ?? student.featureDim;
    checkPositive(width, "commonDim");
    const taught = this.#usesFeatures ? this.teachers : [];
    this.encoders = new ModuleList(
      taught.map(({ featureDim }) => new Projection(featureDim, width, options.encoder)),
    );
    this.decoders = new ModuleList(
      taught.map(({ featureDim }) => new Projection(width, featureDim, options.decoder)),
    );
    this.standardizers = new ModuleList(
      standardize === "none" ? [] : taught.map(({ featureDim, name }) => {
        return new Standardizer(featureDim, standardize, name);
      }),
    );
    this.adapter = this.#usesFeatures && width !== student.featureDim
      ? new Projection(student.featureDim, width)
      : null;
    const accounted = [
      this.#usesFeatures && options.featureVoting ? names : [],
      this.#usesLogits && options.logitVoting ? voters.map(({ name }) => name) : [],
    ] as const;
    this.account = new VoteAccount(...accounted);
    this.lastAccount = new VoteAccount(...accounted);
    this.joinStudent();
  }

  /** The method's name in messages and records. */
  override get name(): string {
    return "UNIFORM";
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { beta1, beta2 } = this.#options;
    const { opinions, student: { features: x, logits: z } } = seen;
    const votes: Votes = { features: null, logits: null };
    if (this.#usesLogits) terms.add("logit", 1, () => this.#logitLoss(z, opinions, votes));
    if (this.#usesFeatures) {
      const original = opinions.names.map((name) => this.#original(name, opinions));
      const encoded = original.map((f, i) => upcast(this.#of(this.encoders, opinions.names[i], f)));
      terms.add("feature", beta1, () => this.#featureLoss(x, encoded, opinions, votes));
      terms.add("reconstruction", beta2, () => this.#recLoss(encoded, original, opinions, terms));
    }
    if (this.training) this.account.add(seen.count, votes.features, votes.logits);
  }

  /** Passes something through the module of a teacher. */
  #of(modules: ModuleList, name: string, given: Tensor): Tensor {
    return modules.at(this.shelf.names.indexOf(name)).forward(given);
  }

  /** Steps 5 and 6. */
  #logitLoss(z: Tensor, opinions: Opinions, votes: Votes): Tensor {
    const { alpha1, alpha2, temperature, average, classTies: ties, logitVoting } = this.#options;
    if (opinions.voters.length === 0) {
      throw new TrainingError(
        `No teacher that votes on classes is left: of ${this.shelf.names.join(", ")} only ` +
          `${
            opinions.names.join(", ")
          } were heard. Mend the others, or set alpha1 and alpha2 to 0 to use features only.`,
      );
    }
    const vote = voteLogits(opinions.logits, { ties, average, temperature, checkFinite: false });
    if (!logitVoting) return logitTransferLoss(z, vote, { alpha1: 1, alpha2: 1, temperature });
    votes.logits = { vote, names: opinions.voters };
    return logitTransferLoss(z, vote, { alpha1, alpha2, temperature });
  }

  /** What an encoder takes in and a decoder should give back. */
  #original(name: string, opinions: Opinions): Tensor {
    const { features } = opinions.of(name);
    return this.standardizers.length === 0
      ? features
      : this.#of(this.standardizers, name, features);
  }

  /** Steps 2 to 4. */
  #featureLoss(x: Tensor, encoded: readonly Tensor[], opinions: Opinions, votes: Votes): Tensor {
    const { distance, detachTarget } = this.#options;
    const target = detachTarget
      ? noGrad(() => this.#featureTarget(encoded, opinions, votes))
      : this.#featureTarget(encoded, opinions, votes);
    return featureTransferLoss(this.adapter ? upcast(this.adapter.forward(x)) : x, target, {
      distance,
    });
  }

  #featureTarget(encoded: readonly Tensor[], { names }: Opinions, votes: Votes): Tensor {
    const { featureVoting, featureTies: ties, weights: all } = this.#options;
    const places = names.map((name) => this.shelf.names.indexOf(name));
    const weights = all === null ? undefined : places.map((place) => all[place]);
    const options = { weights, names, checkFinite: false };
    if (!featureVoting) return averageFeatures(encoded, options);
    const vote = voteFeatures(encoded, { ...options, ties });
    votes.features = { vote, names };
    return vote.target;
  }

  /** Step 1. */
  #recLoss(
    encoded: readonly Tensor[],
    original: readonly Tensor[],
    { names }: Opinions,
    terms: Terms,
  ): Tensor {
    const decoded = encoded.map((h, i) => upcast(this.#of(this.decoders, names[i], h)));
    return reconstructionLoss(decoded, original, {
      onTeacher: (i, part) => terms.note(teacherField(names[i], "reconstruction"), part),
    });
  }

  /**
   * How the votes of training steps went: in the epoch under way, or, before its first step, in the one before; where nobody
   * counts epochs, since {@linkcode Uniform.resetVotes}. Waits for the device.
   */
  votes(): VoteSummary {
    const summary = this.account.summary();
    return summary.images > 0 ? summary : this.lastAccount.summary();
  }

  /** Starts the account of the votes anew. */
  resetVotes(): void {
    this.account.reset();
    this.lastAccount.reset();
  }

  /** How the votes of the epoch went: for each teacher how often it agreed with the vote. */
  override endEpoch(): Record<string, number> {
    this.lastAccount.copy(this.account);
    this.account.reset();
    const { consensus, pseudoClass, margin } = this.votes();
    return {
      ...(pseudoClass.length > 0 && { voteMargin: margin.mean }),
      ...byTeacher("consensus", consensus),
      ...byTeacher("pseudoClass", pseudoClass),
    };
  }

  /** @ignore */
  protected override settings(): Spec {
    // Encoders, decoders and the width are in what is trained.
    const { encoder: _e, decoder: _d, commonDim: _c, weights, ...options } = this.#options;
    return { ...options, weights: weights === null ? undefined : [...weights] };
  }
}

function byTeacher(field: string, shares: VoteSummary["consensus"]): Record<string, number> {
  return Object.fromEntries(
    shares.map(({ teacher, agreement }) => [teacherField(teacher, field), agreement]),
  );
}
