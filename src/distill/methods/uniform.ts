/**
 * UNIFORM: many teachers, no labels.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkPositive } from "../../base/check_whole.ts";
import { type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { UnlabelledBatch } from "../../data/batch.ts";
import type { Opinions } from "../../teachers/opinions.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { type Cast, VoteAccount } from "../account.ts";
import { checkWeights } from "../checks.ts";
import { type Codes, CommonSpace } from "../common_space.ts";
import { alignmentLoss, featureTransferLoss, logitTransferLoss } from "../losses.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { noteTeachers } from "../over_teachers.ts";
import { reconstructionLengths } from "../reconstruction_lengths.ts";
import type { Seen } from "../seen.ts";
import type { Terms } from "../terms.ts";
import { averageFeatures, type FeatureVote, voteFeatures } from "../vote_features.ts";
import type { LogitVote } from "../vote_logits.ts";
import { voteRecord } from "../vote_record.ts";
import type { VoteSummary } from "../vote_summary.ts";
import { Voters } from "../voters.ts";
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
 *     L = l_logit + β₁ · l_feature + β₂ · l_rec + β₃ · l_align                          (step 7; l_align is ours)
 *
 * - l_rec: per teacher an encoder into a common space and a decoder back (step 1, `reconstructionLoss`);
 * - l_feature: the student's features against the vote of the encoded ones (steps 2-4, `voteFeatures`);
 * - l_logit: the student's prediction against the vote of the predictive teachers (steps 5-6, `voteLogits`);
 * - l_align: each encoded feature against the student's (`alignmentLoss`), which makes the space a common one: without it
 *   the vote is at chance.
 *
 * `UNIFORM_LITERAL` has the options with which the paper's equations are taken literally.
 *
 * Terms of a step: `logit`, `feature`, `reconstruction`, `alignment`. Encoders and decoders are trained along
 * (they are in `parameters()`) and thrown away at the end; only the student remains.
 *
 * Teachers' features are standardized by statistics of all training images, which `prepare` takes before the first step.
 * The training loop calls it; a loop of one's own awaits it, or sets `standardize` to `"running"`.
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
 *   standardize: "running", // or await method.prepare(batches) before the first step
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
  /** Encoders, decoders and what standardizes features; null if no features are used. */
  readonly space: CommonSpace | null;
  /** The predictive teachers as one prediction; null if no logits are used. */
  readonly voters: Voters | null;
  /** The sums behind {@linkcode Uniform.votes}, of the epoch under way. */
  readonly account: VoteAccount;
  /** The sums of the epoch before. */
  readonly lastAccount: VoteAccount;

  readonly #options: Resolved<UniformSettings>;
  /** The weights of those whose features are used, by name. */
  readonly #weights: ReadonlyMap<string, number> | null;

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
    const { alpha1, alpha2, beta1, beta2, beta3, weights, commonDim } = options;
    const { encoder, decoder, standardize, normalize, studentProjection } = options;
    const usesLogits = alpha1 > 0 || alpha2 > 0;
    const usesFeatures = beta1 > 0 || beta2 > 0 || beta3 > 0;
    const { names, voters } = this.shelf;
    if (!usesLogits && !usesFeatures) {
      throw new ArgumentError(
        `All of alpha1, alpha2, beta1, beta2 and beta3 are 0, so that nothing is learnt.`,
      );
    }
    if (usesLogits && voters.length === 0) {
      throw new ArgumentError(
        `${this.name} needs at least one predictive teacher for the logits, and all ${names.length} are descriptive. ` +
          `Add one, or set alpha1 and alpha2 to 0 to use features only.`,
      );
    }
    if (weights !== null) checkWeights(weights, names.length);
    this.#weights = weights && new Map(names.map((name, i) => [name, weights[i]]));
    const width = commonDim ?? student.featureDim;
    checkPositive(width, "commonDim");
    const taught = usesFeatures ? this.#featured() : [];
    this.voters = usesLogits ? new Voters(this.shelf, options) : null;
    this.space = !usesFeatures ? null : new CommonSpace(taught, student.featureDim, width, {
      encoder,
      decoder,
      standardize,
      student: studentProjection,
      normalize,
    });
    const accounted = [
      usesFeatures && options.featureVoting ? taught.map(({ name }) => name) : [],
      usesLogits && options.logitVoting ? voters.map(({ name }) => name) : [],
      {
        numClasses: student.numClasses,
        known: usesLogits && options.logitVoting
          ? voters.map(({ labelMap }) => labelMap?.known ?? null)
          : [],
      },
    ] as const;
    this.account = new VoteAccount(...accounted);
    this.lastAccount = new VoteAccount(...accounted);
    this.joinStudent();
  }

  /** The method's name in messages and records. */
  override get name(): string {
    return "UNIFORM";
  }

  /** The teachers whose features are used. */
  #featured() {
    const { featureTeachers } = this.#options;
    const taught = this.teachers.filter(({ kind }) =>
      featureTeachers === "all" || kind === featureTeachers
    );
    if (taught.length > 0) return taught;
    throw new ArgumentError(
      `featureTeachers is "${featureTeachers}", and none of the ${this.teachers.length} teachers is. Add one, or set ` +
        `beta1, beta2 and beta3 to 0 to use logits only.`,
    );
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { beta1, beta2, beta3, distance } = this.#options;
    const { opinions, student } = seen;
    const { voters, space } = this;
    const votes: Votes = { features: null, logits: null };
    if (voters !== null) {
      terms.add(
        "logit",
        1,
        () => this.#logitLoss(student.logits, voters.vote(opinions), opinions, votes),
      );
    }
    if (space !== null) {
      const x = space.forward(student.features);
      const encoded = space.encode(opinions, x);
      terms.add("feature", beta1, () => {
        const target = this.#target(encoded, votes);
        return featureTransferLoss(x, target, { distance });
      });
      terms.add("reconstruction", beta2, () => this.#recLoss(space, encoded, terms));
      terms.add("alignment", beta3, () => alignmentLoss(x, encoded.codes, { distance }));
    }
    if (this.training) this.account.add(seen.count, votes.features, votes.logits);
  }

  /** Steps 5 and 6. */
  #logitLoss(z: Tensor, vote: LogitVote, { voters: names }: Opinions, votes: Votes): Tensor {
    const { alpha1, alpha2, temperature, logitVoting } = this.#options;
    if (!logitVoting) {
      return logitTransferLoss(z, vote, { alpha1, alpha2: alpha1, temperature });
    }
    votes.logits = { vote, names };
    return logitTransferLoss(z, vote, { alpha1, alpha2, temperature });
  }

  /** Steps 2 and 3. */
  #target({ codes, names }: Codes, votes: Votes): Tensor {
    const { featureVoting, featureTies: ties, detachTarget } = this.#options;
    const features = detachTarget ? codes.map((part) => part.detach()) : codes;
    const weights = this.#weights === null
      ? undefined
      : names.map((name) => this.#weights!.get(name)!);
    const options = { weights, names, checkFinite: false };
    if (!featureVoting) return averageFeatures(features, options);
    const vote = voteFeatures(features, { ...options, ties, shuffled: this.training });
    votes.features = { vote, names };
    return vote.target;
  }

  /** Step 1. */
  #recLoss(space: CommonSpace, encoded: Codes, terms: Terms): Tensor {
    const { reconstruction } = this.#options;
    const decoded = space.decode(encoded);
    const sum = encoded.groups.map(({ names, features }, i) => {
      const lengths = reconstructionLengths(decoded[i], features);
      noteTeachers(terms, "reconstruction", names, lengths.detach().mean(1));
      return lengths.sum(0).mean();
    }).reduce((sum, part) => sum.add(part));
    return reconstruction === "sum" ? sum : sum.div(encoded.names.length);
  }

  /**
   * How the votes of training steps went: in the epoch under way, or, before its first step, in the one before; where nobody
   * counts epochs, since {@linkcode Uniform.resetVotes}. Where several processes train together it is what this one saw since
   * {@linkcode Uniform.joinCounts}, and all of them before. Waits for the device.
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

  /** How the votes of the epoch went in all processes, which all ask, beside chance. Says once in a run if they say nothing. */
  override endEpoch(): Record<string, number | readonly number[]> {
    this.joinCounts();
    this.lastAccount.copy(this.account);
    this.account.reset();
    const votes = this.votes();
    this.account.warn(this.name, votes);
    return voteRecord(votes);
  }

  /** @ignore */
  protected override settings(): Spec {
    // Encoders, decoders and the width are in what is trained.
    const { encoder: _e, decoder: _d, studentProjection: _s, commonDim: _c, weights, ...options } =
      this.#options;
    return { ...options, weights: weights === null ? undefined : [...weights] };
  }
}
