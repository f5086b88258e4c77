/**
 * CustomKD: one large teacher, a small student, few labels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import { Linear } from "../nn/layers/linear.ts";
import { rememberModes } from "../nn/modes.ts";
import type { Module } from "../nn/module.ts";
import type { Spec } from "../base/spec.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { checkCount } from "../teachers/frozen_teacher.ts";
import { noGrad } from "../torch/backward.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice, checkNumber } from "./checks.ts";
import { outputsOf, wide } from "./inputs.ts";
import type { LabelledInput, UnlabelledInput } from "./step_inputs.ts";
import { type Distance, entropyLoss, featureTransferLoss } from "./losses.ts";
import { labelledLoss } from "./labelled_loss.ts";
import { Method, type StepResult } from "./method.ts";
import { checkTeachers } from "./check_teachers.ts";
import { WeightedSum } from "./weighted_sum.ts";
import { checkLabelled, joinInputs } from "./mixed_batch.ts";
import { Projection, type ProjectionShape } from "./projection.ts";

/** The two stages of CustomKD. */
export type CustomKDStage = "customize" | "distill";

const stageNames = ["customize", "distill"] as const;

/** The weights of the terms of {@linkcode CustomKD.distillStep}; the paper's summary leaves them open. */
export interface CustomKDWeights {
  /** Of L_f̃t, task-specific knowledge: the student's features close to the customized ones; 1 by default (ours). */
  customized?: number;
  /** Of L_ft, task-general knowledge: a projection of the student's features close to the teacher's; 1 by default (ours). */
  general?: number;
  /** Of L_L, cross-entropy on labelled images; 1 by default (ours). */
  labelled?: number;
  /** Of L_U, entropy on unlabelled images; 0.1 by default (ours). */
  entropy?: number;
}

/** Options of {@linkcode CustomKD}; all defaults are ours. */
export interface CustomKDOptions {
  /** The student, trained on the labelled images already: its head is what the teacher's features are made to fit. */
  student: Classifier;
  /** The large teacher; of its logits no use is made. */
  teacher: Teacher;
  /** The weights of the second stage's terms. */
  weights?: CustomKDWeights;
  /** Shape of θ_p^h, from the teacher's features to the student's; `"linear"`. */
  customization?: ProjectionShape;
  /** Shape of the map of the general term, from the student's features to the teacher's; `"linear"`. */
  general?: ProjectionShape;
  /** How the distance of features is measured; `"mse"`, as in the paper. */
  distance?: Distance;
  /**
   * The head that is borrowed for customization: the student's own as it is at the time, or a linear one with random
   * weights that are never trained, for the ablation (arXiv 2503.18244, Table 6); `"student"`.
   */
  head?: "student" | "random";
  /** After how many epochs the stages take turns; 1, as in the paper. Customization comes first. */
  alternate?: number;
  /** As in `Uniform`. */
  checkFinite?: boolean;
}

/** What the second stage is given. */
export interface CustomKDInput {
  /** Images with labels, D_L. */
  readonly labelled: LabelledInput;
  /** Images without, D_U. May be left out where the weight of the entropy is 0. */
  readonly unlabelled?: UnlabelledInput;
}

/**
 * CustomKD (arXiv 2503.18244): a frozen large teacher is taught to speak the student's language, then
 * teaches it. Two stages take turns, by default every epoch:
 *
 * 1. Feature customization, {@linkcode CustomKD.customizeStep}, on labelled images: cross-entropy of
 *    `θ_s^h(θ_p^h(f_t))`, where the student's head θ_s^h is borrowed and frozen. Only the projection θ_p^h learns.
 * 2. Knowledge distillation, {@linkcode CustomKD.distillStep}, on labelled and unlabelled images: the weighted sum of
 *    `L_f̃t = dist(f_s, θ_p^h(f_t))`, `L_ft = dist(projection(f_s), f_t)`, cross-entropy on the labels and
 *    entropy on the rest. The student and the projection of the general term learn.
 *
 * Give each stage an optimizer of its own, over {@linkcode CustomKD.customizationParameters} and
 * {@linkcode CustomKD.distillationParameters}: neither stage gives gradients to the other's.
 * Labelled and unlabelled images go through the student as one batch.
 *
 * @example
 * ```ts
 * import { type data, distill, type nn, optim, type teachers, train } from "@apprentice/distill";
 *
 * async function teach(
 *   student: nn.Classifier,
 *   teacher: teachers.Teacher,
 *   batches: data.PairedLoader, // of data.zipLoaders(labelled, unlabelled)
 * ): Promise<void> {
 *   const method = new distill.CustomKD({ student, teacher, alternate: 1 });
 *   await train.fit({
 *     method,
 *     stages: [
 *       {
 *         name: "customize",
 *         step: (batch: data.PairedBatch) => method.customizeStep(batch.labelled),
 *         optimizer: new optim.AdamW(method.customizationParameters(), { lr: 1e-3 }),
 *         batches,
 *       },
 *       {
 *         name: "distill",
 *         step: (batch: data.PairedBatch) => method.distillStep(batch),
 *         optimizer: new optim.AdamW(method.distillationParameters(), { lr: 1e-3 }),
 *         batches,
 *       },
 *     ],
 *     epochs: 12,
 *   });
 * }
 * ```
 */
export class CustomKD extends Method<CustomKDInput> {
  /** The names of the stages, in which `train.fit` is given one optimizer each. */
  readonly stageNames: readonly ["customize", "distill"] = stageNames;
  /** The large teacher. */
  readonly teacher: Teacher;
  /** θ_p^h, from the teacher's features to the student's; thrown away at the end. */
  readonly customization: Projection;
  /** The projection of the general term, from the student's features to the teacher's; thrown away at the end. */
  readonly general: Projection;
  /** The random head of the ablation, or null. */
  readonly randomHead: Linear | null;

  readonly #weights: Required<CustomKDWeights>;
  readonly #distance: Distance;
  readonly #alternate: number;
  readonly #head: "student" | "random";
  #stage: CustomKDStage = "customize";

  /**
   * Makes the projections for a teacher and a student.
   *
   * @throws {ArgumentError} if there is no teacher, the student is no classifier, or an option is out of its range.
   */
  constructor(options: CustomKDOptions) {
    super(options.student, options.checkFinite);
    const { student, teacher, distance = "mse", head = "student", alternate = 1 } = options;
    checkTeachers("CustomKD", student, teacher ? [teacher] : []);
    checkChoice(distance, ["mse", "l1", "smoothL1", "cosine"], "distance");
    checkChoice(head, ["student", "random"], "head");
    checkCount(alternate, "alternate");
    const { customized = 1, general = 1, labelled = 1, entropy = 0.1 } = options.weights ?? {};
    this.#weights = { customized, general, labelled, entropy };
    for (const [name, weight] of Object.entries(this.#weights)) {
      checkNumber(weight, `the weight "${name}"`);
    }
    if (customized + general + labelled + entropy === 0) {
      throw new ArgumentError("All weights of CustomKD are 0, so that nothing is learnt.");
    }
    this.teacher = teacher;
    this.#distance = distance;
    this.#alternate = alternate;
    this.#head = head;
    this.customization = new Projection(
      teacher.featureDim,
      student.featureDim,
      options.customization,
    );
    this.general = new Projection(student.featureDim, teacher.featureDim, options.general);
    this.randomHead = head === "random"
      ? new Linear(student.featureDim, student.numClasses).requiresGrad_(false)
      : null;
    this.joinStudent();
  }

  /** What the first stage trains: θ_p^h. */
  customizationParameters(): Tensor[] {
    return this.customization.parameters();
  }

  /** What the second stage trains: the student and the projection of the general term. */
  distillationParameters(): Tensor[] {
    return [...this.student.parameters(), ...this.general.parameters()];
  }

  /** Which stage an epoch belongs to; the first is epoch 0. */
  stageOf(epoch: number): CustomKDStage {
    if (!Number.isSafeInteger(epoch) || epoch < 0) {
      throw new ArgumentError(`An epoch is a whole number from 0, got ${epoch}.`);
    }
    return Math.floor(epoch / this.#alternate) % 2 === 0 ? "customize" : "distill";
  }

  /** The stage that {@linkcode CustomKD.step} is in. */
  get stage(): CustomKDStage {
    return this.#stage;
  }

  /** Sets the stage that {@linkcode CustomKD.step} is in to that of an epoch, and returns it. */
  beginEpoch(epoch: number): CustomKDStage {
    return this.#stage = this.stageOf(epoch);
  }

  /** The step of the stage that {@linkcode CustomKD.beginEpoch} has set; the first does not look at the unlabelled images. */
  override step(input: CustomKDInput): StepResult {
    return this.#stage === "customize"
      ? this.customizeStep(input.labelled)
      : this.distillStep(input);
  }

  /**
   * Stage 1: the loss of feature customization on labelled images, the cross-entropy of
   * `θ_s^h(θ_p^h(f_t))`. Gradients reach θ_p^h only. Term: `customization`.
   *
   * @throws {ArgumentError} if labels are missing.
   * @throws {ShapeError} if there is no image, not one label per image, or features are not as declared.
   * @throws {TrainingError} if the loss is not finite.
   */
  customizeStep(labelled: LabelledInput): StepResult {
    checkLabelled("CustomKD", labelled);
    return scope(() => {
      const [output] = outputsOf([this.teacher], labelled);
      const customized = this.customization.forward(output.features);
      const logits = forwardFrozen(this.randomHead ?? this.student.head, customized);
      const loss = labelledLoss(logits, labelled.labels);
      this.checkLoss(loss, [this.teacher], [output]);
      return { loss, terms: { customization: loss.detach() } };
    });
  }

  /**
   * Stage 2: the loss of knowledge distillation on labelled and unlabelled images. Gradients reach the
   * student and the projection of the general term only. Terms: `customized`, `general`, `labelled`, `entropy`
   * (those whose weight is not 0).
   *
   * @throws {ArgumentError} if labels are missing from the labelled images or there with the unlabelled
   * ones, or if there are no unlabelled images although the entropy has a weight.
   * @throws {ShapeError} if there is no image, or an output is not as declared.
   * @throws {TrainingError} if the loss is not finite.
   */
  distillStep(input: CustomKDInput): StepResult {
    const weights = this.#weights;
    if (weights.entropy > 0 && input.unlabelled === undefined) {
      throw new ArgumentError(
        `CustomKD needs unlabelled images for the entropy, whose weight is ${weights.entropy}. ` +
          `Give { labelled, unlabelled }, or set that weight to 0.`,
      );
    }
    return scope(() => {
      const { labelled, unlabelled } = input;
      const mixed = joinInputs("CustomKD", this.teacher, labelled, unlabelled);
      const { images, output, labels, labelledCount, count } = mixed;
      const { features, logits } = this.look(images, count);
      const distance = { distance: this.#distance };
      const sum = new WeightedSum();
      const add = (name: keyof CustomKDWeights, term: () => Tensor): void => {
        if (weights[name] > 0) sum.add(name, term(), weights[name]);
      };

      add("customized", () => {
        const target = noGrad(() => wide(this.customization.forward(output.features)));
        return featureTransferLoss(features, target, distance);
      });
      add("general", () => {
        const general = wide(this.general.forward(features));
        return featureTransferLoss(general, output.features, distance);
      });
      add("labelled", () => labelledLoss(logits.narrow(0, 0, labelledCount), labels));
      add("entropy", () => entropyLoss(logits.narrow(0, labelledCount, count - labelledCount)));
      this.checkLoss(sum.loss, [this.teacher], [output]);
      return { loss: sum.loss, terms: sum.terms };
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return {
      weights: this.#weights,
      distance: this.#distance,
      head: this.#head,
      alternate: this.#alternate,
    };
  }

  /** @ignore */
  protected override masters(): readonly Teacher[] {
    return [this.teacher];
  }
}

/** Passes features through a head without gradients for its parameters, and without changing its buffers. */
function forwardFrozen(head: Module, features: Tensor): Tensor {
  const trained = head.parameters().filter((parameter) => parameter.requiresGrad);
  const restore = rememberModes(head.modules());
  for (const parameter of trained) parameter.requiresGrad = false;
  head.eval();
  try {
    return head.forward(features);
  } finally {
    for (const parameter of trained) parameter.requiresGrad = true;
    restore();
  }
}
