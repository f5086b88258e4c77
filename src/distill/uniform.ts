/**
 * UNIFORM: many teachers, no labels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import { ModuleList } from "../nn/layers/containers.ts";
import type { Spec } from "../base/spec.ts";
import type { Teacher, TeacherOutput } from "../teachers/teacher.ts";
import { checkCount } from "../teachers/frozen_teacher.ts";
import { noGrad } from "../torch/backward.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { VoteAccount, type VoteSummary } from "./account.ts";
import { checkChoice, checkNumber, checkTemperature, checkWeights } from "./checks.ts";
import { checkImages, outputsOf, refuseLabels, wide } from "./inputs.ts";
import type { UnlabelledInput } from "./step_inputs.ts";
import {
  type Distance,
  featureTransferLoss,
  logitTransferLoss,
  reconstructionLoss,
} from "./losses.ts";
import { Method, type StepResult } from "./method.ts";
import { checkTeachers } from "./check_teachers.ts";
import { WeightedSum } from "./weighted_sum.ts";
import { Projection, type ProjectionShape } from "./projection.ts";
import { Standardizer } from "./standardize.ts";
import {
  averageFeatures,
  type FeatureVote,
  type LogitVote,
  voteFeatures,
  voteLogits,
} from "./voting.ts";

/**
 * Options of {@linkcode Uniform}. All but the first two settle points that the paper's summary leaves open: every
 * default is ours.
 */
export interface UniformOptions {
  /** Who is taught. */
  student: Classifier;
  /** Who teaches: predictive and descriptive teachers, in any order. */
  teachers: readonly Teacher[];
  /** Weight of the pseudo class in l_logit; 1. */
  alpha1?: number;
  /** Weight of the other classes in l_logit; 0.5. With `alpha1` and this 0 no logits are used. */
  alpha2?: number;
  /** Weight of l_feature; 1. With `beta1` and `beta2` 0 no features are used. */
  beta1?: number;
  /** Weight of l_rec; 0.1. */
  beta2?: number;
  /** Divides logits before every softmax, and its square multiplies l_logit; 1. */
  temperature?: number;
  /** Shape of the encoders fᵢᵉ; `"linear"`. */
  encoder?: ProjectionShape;
  /** Shape of the decoders fᵢᵈ; `"linear"`. */
  decoder?: ProjectionShape;
  /**
   * Width D of the common space; the student's feature width. With another one the student's features go through
   * a linear map, which is thrown away like the encoders.
   */
  commonDim?: number;
  /** dist of l_feature; `"mse"`. */
  distance?: Distance;
  /** What p̂ᵗ is the mean of; `"probabilities"`. */
  average?: "probabilities" | "logits";
  /** The teachers' weights in the average of features; equal. */
  weights?: readonly number[];
  /**
   * The target of elements whose signs balance: `"mean"`, that of all teachers; `"zero"` takes the equations literally, and
   * with two teachers pulls about half of all elements, those on which the two differ, to 0. `"mean"`.
   */
  featureTies?: "zero" | "mean";
  /** Which of the classes with most votes wins; `"probability"`. */
  classTies?: "probability" | "first";
  /**
   * Keeps the gradient of l_feature from the encoders; false. With it they see only l_rec, so that each
   * teacher's latent space stays a rotation of its own and signs have no common meaning: for ablations.
   */
  detachTarget?: boolean;
  /** Standardizes teachers' features first, by the batch or by all images so far; `"none"`. */
  standardize?: "none" | "batch" | "running";
  /** Features voting; true. Without it the target is the plain (weighted) mean. */
  featureVoting?: boolean;
  /** Logits voting; true. Without it l_logit is soft cross-entropy with p̂ᵗ (α₁ = α₂ = 1). */
  logitVoting?: boolean;
  /**
   * Stops with a `TrainingError` that names the culprit when a loss is not finite; by default on the CPU, where
   * looking costs nothing.
   */
  checkFinite?: boolean;
}

/** What options are that are not given, as far as they have one default. */
const optionDefaults = {
  temperature: 1,
  distance: "mse",
  average: "probabilities",
  featureTies: "mean",
  classTies: "probability",
  detachTarget: false,
  standardize: "none",
  featureVoting: true,
  logitVoting: true,
} as const;

/** The votes of one step. */
interface Votes {
  features: FeatureVote | null;
  logits: LogitVote | null;
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
 * Labels cannot enter: the type of a step's input has none, and an input that carries some is
 * refused. The encoders are made on the student's device; teachers are not moved.
 *
 * @example
 * ```ts
 * import { distill, nn, optim, teachers, torch } from "@apprentice/distill";
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
 *   const { loss } = method.step({ images: torch.rand([32, 1, 28, 28]) });
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * }
 * console.log(method.votes().consensus);
 * ```
 */
export class Uniform extends Method<UnlabelledInput> {
  /** Who teaches, in the order of `teacherOutputs`. */
  readonly teachers: readonly Teacher[];
  /** The encoders fᵢᵉ, one per teacher; none if no features are used. */
  readonly encoders: ModuleList;
  /** The decoders fᵢᵈ, one per teacher; none if no features are used. */
  readonly decoders: ModuleList;
  /** What standardizes teachers' features, one per teacher; none with `standardize: "none"`. */
  readonly standardizers: ModuleList;
  /** The map of the student's features into a common space of another width, or null. */
  readonly adapter: Projection | null;
  /** The sums behind {@linkcode Uniform.votes}. */
  readonly account: VoteAccount;

  readonly #options: UniformOptions & Record<"alpha1" | "alpha2" | "beta1" | "beta2", number>;
  readonly #usesLogits: boolean;
  readonly #usesFeatures: boolean;
  readonly #predictive: readonly number[];
  readonly #names: readonly string[];

  /**
   * Makes an encoder and a decoder for each teacher that votes on features.
   *
   * @throws {ArgumentError} if there is no teacher, two have one name, none is predictive although
   * logits are used, the student has no features, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor(options: UniformOptions) {
    super(options.student, options.checkFinite);
    const { student, teachers, alpha1 = 1, alpha2 = 0.5, beta1 = 1, beta2 = 0.1 } = options;
    checkTeachers("UNIFORM", student, teachers);
    for (const [name, value] of Object.entries({ alpha1, alpha2, beta1, beta2 })) {
      checkNumber(value, name);
    }
    checkOptions(options);
    this.teachers = [...teachers];
    this.#options = { ...options, alpha1, alpha2, beta1, beta2 };
    this.#usesLogits = alpha1 > 0 || alpha2 > 0;
    this.#usesFeatures = beta1 > 0 || beta2 > 0;
    this.#names = teachers.map(({ name }) => name);
    this.#predictive = teachers.flatMap(({ kind }, i) => kind === "predictive" ? [i] : []);
    if (!this.#usesLogits && !this.#usesFeatures) {
      throw new ArgumentError(
        "All of alpha1, alpha2, beta1 and beta2 are 0, so that nothing is learnt.",
      );
    }
    if (this.#usesLogits && this.#predictive.length === 0) {
      throw new ArgumentError(
        `UNIFORM needs at least one predictive teacher for the logits, and all ${teachers.length} are descriptive. ` +
          `Add one, or set alpha1 and alpha2 to 0 to use features only.`,
      );
    }

    const width = options.commonDim ?? student.featureDim;
    checkCount(width, "commonDim");
    const taught = this.#usesFeatures ? this.teachers : [];
    const { encoder, decoder, standardize = "none" } = options;
    this.encoders = new ModuleList(
      taught.map(({ featureDim }) => new Projection(featureDim, width, encoder)),
    );
    this.decoders = new ModuleList(
      taught.map(({ featureDim }) => new Projection(width, featureDim, decoder)),
    );
    this.standardizers = new ModuleList(
      standardize === "none" ? [] : taught.map(({ featureDim, name }) => {
        return new Standardizer(featureDim, standardize, name);
      }),
    );
    this.adapter = this.#usesFeatures && width !== student.featureDim
      ? new Projection(student.featureDim, width)
      : null;
    this.account = new VoteAccount(
      this.#usesFeatures && (options.featureVoting ?? true) ? this.#names : [],
      this.#usesLogits && (options.logitVoting ?? true)
        ? this.#predictive.map((i) => this.#names[i])
        : [],
    );
    this.joinStudent();
  }

  /**
   * The loss of a batch of images without labels, with terms `logit`, `feature` and
   * `reconstruction` (those that are used).
   *
   * @throws {ArgumentError} if the input carries labels, or `teacherOutputs` do not fit the teachers.
   * @throws {ShapeError} if there is no image, or a teacher's or the student's output is not as declared.
   * @throws {TrainingError} if the loss is not finite, naming the teacher that it comes from.
   */
  override step(input: UnlabelledInput): StepResult {
    refuseLabels(input, "UNIFORM");
    const { images } = input;
    const batch = checkImages(images, "The images of UNIFORM");
    return scope(() => {
      const outputs = outputsOf(this.teachers, input);
      const { features: x, logits: z } = this.look(images, batch);
      const { beta1, beta2 } = this.#options;
      const sum = new WeightedSum();
      const votes: Votes = { features: null, logits: null };

      if (this.#usesLogits) sum.add("logit", this.#logitLoss(z, outputs, votes), 1);
      if (this.#usesFeatures) {
        const original = this.#originals(outputs);
        const encoded = original.map((f, i) => wide(this.encoders.at(i).forward(f)));
        if (beta1 > 0) sum.add("feature", this.#featureLoss(x, encoded, votes), beta1);
        if (beta2 > 0) sum.add("reconstruction", this.#recLoss(encoded, original), beta2);
      }
      if (this.training) this.account.add(batch, votes.features, votes.logits);
      this.checkLoss(sum.loss, this.teachers, outputs);
      return { loss: sum.loss, terms: sum.terms };
    });
  }

  /** Steps 5 and 6. */
  #logitLoss(z: Tensor, outputs: readonly TeacherOutput[], votes: Votes): Tensor {
    const { alpha1, alpha2, temperature = 1, average, classTies: ties, logitVoting = true } =
      this.#options;
    const vote = voteLogits(
      this.#predictive.map((i) => outputs[i].logits!),
      { ties, average, temperature, checkFinite: false },
    );
    if (!logitVoting) return logitTransferLoss(z, vote, { alpha1: 1, alpha2: 1, temperature });
    votes.logits = vote;
    return logitTransferLoss(z, vote, { alpha1, alpha2, temperature });
  }

  /** What encoders take in and decoders should give back. */
  #originals(outputs: readonly TeacherOutput[]): Tensor[] {
    if (this.standardizers.length === 0) return outputs.map(({ features }) => features);
    return outputs.map(({ features }, i) => this.standardizers.at(i).forward(features));
  }

  /** Steps 2 to 4. */
  #featureLoss(x: Tensor, encoded: readonly Tensor[], votes: Votes): Tensor {
    const { distance, detachTarget = false } = this.#options;
    const target = detachTarget
      ? noGrad(() => this.#featureTarget(encoded, votes))
      : this.#featureTarget(encoded, votes);
    return featureTransferLoss(this.adapter ? wide(this.adapter.forward(x)) : x, target, {
      distance,
    });
  }

  #featureTarget(encoded: readonly Tensor[], votes: Votes): Tensor {
    const { featureVoting = true, featureTies: ties = optionDefaults.featureTies, weights } =
      this.#options;
    const options = { weights, names: this.#names, checkFinite: false };
    if (!featureVoting) return averageFeatures(encoded, options);
    votes.features = voteFeatures(encoded, { ...options, ties });
    return votes.features.target;
  }

  /** Step 1. */
  #recLoss(encoded: readonly Tensor[], original: readonly Tensor[]): Tensor {
    return reconstructionLoss(
      encoded.map((h, i) => wide(this.decoders.at(i).forward(h))),
      original,
    );
  }

  /** How the votes went since {@linkcode Uniform.resetVotes}, in training steps. Waits for the device. */
  votes(): VoteSummary {
    return this.account.summary();
  }

  /** Starts the account of the votes anew, for example at every epoch. */
  resetVotes(): void {
    this.account.reset();
  }

  /** @ignore */
  protected override settings(): Spec {
    const { student: _, teachers: __, checkFinite: ___, weights, ...given } = this.#options;
    // Encoders, decoders and the width are in what is trained.
    const { encoder: _e, decoder: _d, commonDim: _c, ...options } = given;
    return { ...optionDefaults, ...options, weights: weights && [...weights] };
  }

  /** @ignore */
  protected override masters(): readonly Teacher[] {
    return this.teachers;
  }
}

function checkOptions(options: UniformOptions): void {
  const { distance, average, featureTies, classTies, standardize, temperature, weights, teachers } =
    options;
  checkTemperature(temperature ?? 1);
  if (weights !== undefined) checkWeights(weights, teachers.length);
  checkChoice(distance ?? "mse", ["mse", "l1", "smoothL1", "cosine"], "distance");
  checkChoice(average ?? "probabilities", ["probabilities", "logits"], "average");
  checkChoice(featureTies ?? "mean", ["zero", "mean"], "featureTies");
  checkChoice(classTies ?? "probability", ["probability", "first"], "classTies");
  checkChoice(standardize ?? "none", ["none", "batch", "running"], "standardize");
}
