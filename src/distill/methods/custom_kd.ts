/**
 * CustomKD: one large teacher, a small student, few labels.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { LabelledBatch } from "../../data/batch.ts";
import { Loader } from "../../data/loader.ts";
import type { MixedBatch } from "../../data/mixed_batch.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import type { Opinions } from "../../teachers/opinions.ts";
import type { Teacher } from "../../teachers/teacher.ts";
import { noGrad } from "../../torch/backward.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { BorrowedHead } from "../borrowed_head.ts";
import { labelledLoss } from "../labelled_loss.ts";
import { entropyLoss, featureTransferLoss, klDivergence } from "../losses.ts";
import { dkdLoss } from "../losses/decoupled_kd.ts";
import { type Learners, Method, type MethodStage } from "../method.ts";
import type { Needs } from "../needs.ts";
import { meanOverTeachers } from "../over_teachers.ts";
import { Projection } from "../projection.ts";
import type { Seen } from "../seen.ts";
import { shelfOf } from "../shelf_of.ts";
import { Standardizers } from "../standardizers.ts";
import type { SurveyOptions } from "../survey.ts";
import { targetClasses } from "../target_classes.ts";
import type { Terms } from "../terms.ts";
import { isFirstsTurn } from "../turns.ts";
import { upcast } from "../upcast.ts";
import { averageFeatures, voteFeatures } from "../vote_features.ts";
import { voterOptions } from "../voter_options.ts";
import { Voters } from "../voters.ts";
import {
  CUSTOM_KD_OPTIONS,
  type CustomKDLogit,
  type CustomKDSettings,
  type CustomKDWeights,
} from "./custom_kd_options.ts";

/** The two stages of CustomKD. */
export type CustomKDStage = "customize" | "distill";

/** Options of {@linkcode CustomKD}. */
export interface CustomKDOptions extends Omit<Learners, "teachers">, CustomKDSettings {
  /** The large teacher, or several. */
  teacher: Teacher | Learners["teachers"];
}

/**
 * CustomKD (arXiv 2503.18244): a frozen large teacher is taught to speak the student's language, then
 * teaches it. Two stages take turns, by default every epoch:
 *
 * 1. `"customize"`, feature customization, on labelled images: cross-entropy of `θ_s^h(θ_p^h(f_t))`, where the student's
 *    head θ_s^h is borrowed and frozen. Only the projection θ_p^h learns. Term: `customization`.
 * 2. `"distill"`, knowledge distillation, on labelled and unlabelled images: the weighted sum of
 *    `L_f̃t = dist(f_s, θ_p^h(f_t))`, `L_ft = dist(projection(f_s), f_t)`, cross-entropy on the labels and
 *    entropy on the rest. The student and the projection of the general term learn. Terms: `customized`, `general`,
 *    `labelled`, `entropy`, and `logit`, the divergence from what the borrowed head, or the teacher, predicts (those whose
 *    weight is not 0).
 *
 * Each stage has an optimizer of its own: neither gives gradients to what the other trains. The student should know the
 * labelled images already: its head is what the teacher's features are made to fit.
 *
 * With several teachers (ours) each has projections of its own, losses are means over the teachers, and what the student's
 * features are to be close to is their vote on customized features, `voteFeatures` of UNIFORM: all of these lie in the
 * student's space.
 *
 * @example
 * ```ts
 * import { type data, distill, type nn, optim, type teachers, train } from "@apprentice/distill";
 *
 * async function teach(
 *   student: nn.Classifier,
 *   teacher: teachers.Teacher,
 *   batches: data.MixedLoader, // of data.zipLoaders(labelled, unlabelled)
 * ): Promise<void> {
 *   await train.fit({
 *     method: new distill.CustomKD({ student, teacher, alternate: 1 }),
 *     optimizers: {
 *       customize: (params) => new optim.AdamW(params, { lr: 1e-3 }),
 *       distill: (params) => new optim.AdamW(params, { lr: 1e-3 }),
 *     },
 *     batches,
 *     epochs: 12,
 *   });
 * }
 * ```
 */
export class CustomKD extends Method<LabelledBatch | MixedBatch, CustomKDStage> {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "some labelled" };

  /** What each stage trains: the projections θ_p^h; the student and the projections of the general term. */
  override readonly stages: readonly MethodStage<CustomKDStage>[] = [
    {
      name: "customize",
      images: "labelled",
      learns: () => [...this.customizations.parameters(), ...this.borrowedHead.learning()],
    },
    {
      name: "distill",
      learns: () => [...this.student.parameters(), ...this.projections.parameters()],
    },
  ];
  /** θ_p^h of each teacher, from its features to the student's; thrown away at the end. */
  readonly customizations: ModuleList;
  /** The projections of the general term, from the student's features to each teacher's; thrown away at the end. */
  readonly projections: ModuleList;
  /** The head that features are customized by. */
  readonly borrowedHead: BorrowedHead;
  /** What standardizes the teachers' features. */
  readonly standardizers: Standardizers;
  /** The teachers' own prediction, if it is taught. */
  readonly voters: Voters | null;

  readonly #options: Resolved<CustomKDSettings>;
  /** Whether all batches that it was told of are of labelled images only; null before it was told. */
  #allLabelled: boolean | null = null;

  /**
   * Makes the projections for the teachers and a student.
   *
   * @throws {ArgumentError} if there is no teacher, the student is no classifier, an option is out of its range, or
   * predictions are taught of teachers who do not vote.
   */
  constructor({ student, teacher, checkFinite, ...given }: CustomKDOptions) {
    super({ student, teachers: shelfOf(teacher), checkFinite });
    const options = this.#options = resolveOptions("CustomKD", CUSTOM_KD_OPTIONS, given);
    if (Object.values(options.weights).every((weight) => weight === 0)) {
      throw new ArgumentError("All weights of CustomKD are 0, so that nothing is learnt.");
    }
    if (student.numClasses === 0) {
      throw new ArgumentError(
        "CustomKD customizes features by the student's head, and this student has none (numClasses is 0). Give it classes, " +
          "or teach features alone with FitNet or UNIFORM.",
      );
    }
    this.voters = this.#teachersVoters();
    const { teachers } = this;
    const dims = teachers.map(({ featureDim }) => featureDim);
    this.customizations = new ModuleList(
      dims.map((dim) => new Projection(dim, student.featureDim, options.customization)),
    );
    this.projections = new ModuleList(
      dims.map((dim) => new Projection(student.featureDim, dim, options.general)),
    );
    this.borrowedHead = new BorrowedHead(student, options.head);
    this.standardizers = new Standardizers(teachers, options.standardize);
    this.joinStudent();
  }

  /** Which stage an epoch belongs to; the first is epoch 0, and customization. */
  override stageOf(epoch: number): CustomKDStage {
    super.stageOf(epoch);
    const { alternate } = this.#options;
    const { customize, distill } = typeof alternate === "number"
      ? { customize: alternate, distill: alternate }
      : alternate as { customize: number; distill: number | "rest" };
    return isFirstsTurn(epoch, customize, distill) ? "customize" : "distill";
  }

  /** Told what a stage is trained on, before it is: see `Method.meet`. */
  override meet(batches: unknown): void {
    super.meet(batches);
    const isLabelled = batches instanceof Loader && "classNames" in batches.dataset;
    this.#allLabelled = (this.#allLabelled ?? true) && isLabelled;
  }

  /**
   * Takes statistics of the teachers' features, if these are standardized by all images: see `Method.prepare`.
   *
   * @throws {ArgumentError} if all images that it was told of have labels, and the entropy of others has a weight.
   */
  override async prepare(batches: unknown, options: SurveyOptions = {}): Promise<boolean> {
    // Else it comes to light after the first customization.
    if (this.#allLabelled) this.#doWithoutOthers();
    return await super.prepare(batches, options);
  }

  /** Refuses to have no images without labels where these are learnt from. */
  #doWithoutOthers(): void {
    const { entropy } = this.#options.weights as Required<CustomKDWeights>;
    if (entropy === 0) return;
    throw new ArgumentError(
      `CustomKD needs unlabelled images for the entropy, whose weight is ${entropy}. ` +
        `Load labelled and unlabelled images with data.zipLoaders, or set that weight to 0.`,
    );
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms, stage: CustomKDStage): void {
    if (stage === "customize") this.#customize(seen.labelled, terms);
    else this.#distill(seen, terms);
  }

  /** Stage 1: gradients reach θ_p^h only. */
  #customize(seen: Seen, terms: Terms): void {
    terms.add(
      "customization",
      1,
      () =>
        meanOverTeachers(seen.opinions, terms, "customization", ({ features }, name) => {
          const logits = this.borrowedHead.forward(
            this.#customized(name, this.standardizers.ofOne(name, features)),
          );
          return labelledLoss(logits, seen.labels);
        }),
    );
  }

  /** Stage 2: gradients reach the student and the projections of the general term only. */
  #distill(seen: Seen, terms: Terms): void {
    const { distance, entropyThreshold: threshold, weights } = this.#options;
    const weight = weights as Required<CustomKDWeights>;
    if (seen.count === seen.labelledCount) this.#doWithoutOthers();
    const { features, logits } = seen.student;
    // Several terms look at the same, and none where they have no weight.
    let taught: Map<string, Tensor> | undefined;
    let target: Tensor | undefined;
    const standardized = () => taught ??= this.#standardized(seen.opinions);
    const customized = () => target ??= noGrad(() => this.#together(standardized()));
    terms.add(
      "customized",
      weight.customized,
      () => featureTransferLoss(features, customized(), { distance }),
    );
    terms.add(
      "general",
      weight.general,
      () =>
        meanOverTeachers(seen.opinions, terms, "general", (_, name) => {
          const projection = this.projections.at(this.shelf.names.indexOf(name));
          const own = standardized().get(name)!;
          return featureTransferLoss(upcast(projection.forward(features)), own, { distance });
        }),
    );
    terms.add(
      "labelled",
      weight.labelled,
      () => labelledLoss(seen.ofLabelled(logits), seen.labels),
    );
    terms.add(
      "entropy",
      weight.entropy,
      () => entropyLoss(seen.ofUnlabelled(logits), { threshold }),
    );
    terms.add("logit", weight.logit, () => this.#logitLoss(seen, customized));
  }

  /** What each of those who were heard says, standardized (B, featureDim). */
  #standardized(opinions: Opinions): Map<string, Tensor> {
    return new Map(opinions.names.map((name) => [
      name,
      this.standardizers.ofOne(name, opinions.of(name).features),
    ]));
  }

  /** θ_p^h(f_t) (B, D) of one teacher's standardized features. */
  #customized(name: string, features: Tensor): Tensor {
    const customization = this.customizations.at(this.shelf.names.indexOf(name));
    return upcast(customization.forward(features));
  }

  /** What the student's features are to be close to (B, D): one teacher's customized features, or the vote of several. */
  #together(standardized: ReadonlyMap<string, Tensor>): Tensor {
    const names = [...standardized.keys()];
    const all = names.map((name) => this.#customized(name, standardized.get(name)!));
    if (all.length === 1) return all[0];
    if (!this.#options.vote) return averageFeatures(all, { names, checkFinite: false });
    return voteFeatures(all, { ties: "mean", names, checkFinite: false }).target;
  }

  /** The divergence of the student's prediction from what is taught. */
  #logitLoss(seen: Seen, customized: () => Tensor): Tensor {
    const { loss, temperature, alpha, beta } = this.#options.logit as Required<CustomKDLogit>;
    const { logits } = seen.student;
    const probabilities = noGrad(() =>
      this.voters?.vote(seen.opinions).probabilities ??
        upcast(this.borrowedHead.logitsOf(customized())).div(temperature).softmax(1)
    );
    if (loss === "kl") return klDivergence(logits, probabilities, { temperature });
    const classes = targetClasses(seen, { pseudoClass: probabilities.argmax(1) });
    return dkdLoss(logits, probabilities, classes, { temperature, alpha, beta });
  }

  #teachersVoters(): Voters | null {
    const { weights, logit } = this.#options;
    const { target, temperature } = logit as Required<CustomKDLogit>;
    if (weights.logit === 0 || target !== "teacher") return null;
    if (this.shelf.voters.length === 0) {
      throw new ArgumentError(
        'CustomKD teaches the prediction of the teacher (logit.target "teacher"), and none of the teachers votes on the ' +
          'student\'s classes: set logit.target to "customized", or weights.logit to 0.',
      );
    }
    return new Voters(this.shelf, resolveOptions("CustomKD", voterOptions(temperature), {}));
  }

  /** @ignore */
  protected override settings(): Spec {
    // Projections are in what is trained.
    const { customization: _c, general: _g, weights, logit, ...options } = this.#options;
    const alternate = options.alternate as Spec;
    return { ...options, alternate, weights: { ...weights }, logit: { ...logit } };
  }
}
