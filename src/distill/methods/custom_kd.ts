/**
 * CustomKD: one large teacher, a small student, few labels.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { table } from "../../base/option_parts.ts";
import { choice, number, whole } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { LabelledBatch } from "../../data/batch.ts";
import type { MixedBatch } from "../../data/mixed_batch.ts";
import { Linear } from "../../nn/layers/linear.ts";
import { rememberModes } from "../../nn/modes.ts";
import type { Module } from "../../nn/module.ts";
import type { Teacher } from "../../teachers/teacher.ts";
import { noGrad } from "../../torch/backward.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { labelledLoss } from "../labelled_loss.ts";
import { type Distance, DISTANCES, entropyLoss, featureTransferLoss } from "../losses.ts";
import { type Learners, Method, type MethodStage } from "../method.ts";
import type { Needs } from "../needs.ts";
import { Projection, type ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Seen } from "../seen.ts";
import { shelfOf } from "../shelf_of.ts";
import type { Terms } from "../terms.ts";
import { upcast } from "../upcast.ts";

/** The two stages of CustomKD. */
export type CustomKDStage = "customize" | "distill";

/** The weights of the terms of the second stage of {@linkcode CustomKD}; the paper's summary leaves them open. */
export interface CustomKDWeights {
  /** The weight of L_f̃t, task-specific knowledge: student's features close to the customized ones; 1 by default (ours). */
  customized?: number;
  /** The weight of L_ft, task-general knowledge: student's projected features close to the teacher's; 1 by default (ours). */
  general?: number;
  /** The weight of L_L, cross-entropy on labelled images; 1 by default (ours). */
  labelled?: number;
  /** The weight of L_U, entropy on unlabelled images; 0.1 by default (ours). */
  entropy?: number;
}

/** The options of {@linkcode CustomKD} that are data; all defaults are ours. */
export interface CustomKDSettings {
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
}

/** Options of {@linkcode CustomKD}. */
export interface CustomKDOptions extends Omit<Learners, "teachers">, CustomKDSettings {
  /** The large teacher; of its logits no use is made. */
  teacher: Teacher | Learners["teachers"];
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });

/** The options of {@linkcode CustomKD} that are data. */
export const CUSTOM_KD_OPTIONS: OptionTable<CustomKDSettings> = {
  weights: table<CustomKDWeights>({
    customized: weight(1, "weight of the distance to the customized features"),
    general: weight(1, "weight of the distance to the teacher's features"),
    labelled: weight(1, "weight of the cross-entropy on labelled images"),
    entropy: weight(0.1, "weight of the entropy on unlabelled images"),
  }, { default: {}, help: "the weights of the second stage's terms" }),
  customization: projectionOption("the map from the teacher's features to the student's"),
  general: projectionOption("the map from the student's features to the teacher's"),
  distance: choice(DISTANCES, {
    default: "mse",
    help: "how the distance of features is measured",
  }),
  head: choice(["student", "random"], {
    default: "student",
    help: "the head that is borrowed for customization",
  }),
  alternate: whole({
    default: 1,
    min: 1,
    help: "after how many epochs the stages take turns",
  }),
};

/**
 * CustomKD (arXiv 2503.18244): a frozen large teacher is taught to speak the student's language, then
 * teaches it. Two stages take turns, by default every epoch:
 *
 * 1. `"customize"`, feature customization, on labelled images: cross-entropy of `θ_s^h(θ_p^h(f_t))`, where the student's
 *    head θ_s^h is borrowed and frozen. Only the projection θ_p^h learns. Term: `customization`.
 * 2. `"distill"`, knowledge distillation, on labelled and unlabelled images: the weighted sum of
 *    `L_f̃t = dist(f_s, θ_p^h(f_t))`, `L_ft = dist(projection(f_s), f_t)`, cross-entropy on the labels and
 *    entropy on the rest. The student and the projection of the general term learn. Terms: `customized`, `general`,
 *    `labelled`, `entropy` (those whose weight is not 0).
 *
 * Each stage has an optimizer of its own: neither gives gradients to what the other trains. The student should know the
 * labelled images already: its head is what the teacher's features are made to fit.
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
  static override readonly needs: Needs = {
    images: "some labelled",
    teachers: 1,
    mostTeachers: 1,
  };

  /** What each stage trains: the projection θ_p^h; the student and the projection of the general term. */
  override readonly stages: readonly MethodStage<CustomKDStage>[] = [
    { name: "customize", learns: () => this.customization.parameters() },
    {
      name: "distill",
      learns: () => [...this.student.parameters(), ...this.general.parameters()],
    },
  ];
  /** θ_p^h, from the teacher's features to the student's; thrown away at the end. */
  readonly customization: Projection;
  /** The projection of the general term, from the student's features to the teacher's; thrown away at the end. */
  readonly general: Projection;
  /** The random head of the ablation, or null. */
  readonly randomHead: Linear | null;

  readonly #options: Resolved<CustomKDSettings>;

  /**
   * Makes the projections for a teacher and a student.
   *
   * @throws {ArgumentError} if there is no teacher, the student is no classifier, or an option is out of its range.
   */
  constructor({ student, teacher, checkFinite, ...given }: CustomKDOptions) {
    super({ student, teachers: shelfOf(teacher), checkFinite });
    const options = this.#options = resolveOptions("CustomKD", CUSTOM_KD_OPTIONS, given);
    if (Object.values(options.weights).every((weight) => weight === 0)) {
      throw new ArgumentError("All weights of CustomKD are 0, so that nothing is learnt.");
    }
    const [{ featureDim }] = this.teachers;
    this.customization = new Projection(featureDim, student.featureDim, options.customization);
    this.general = new Projection(student.featureDim, featureDim, options.general);
    this.randomHead = options.head === "random"
      ? new Linear(student.featureDim, student.numClasses).requiresGrad_(false)
      : null;
    this.joinStudent();
  }

  /** The large teacher. */
  get teacher(): Teacher {
    return this.teachers[0];
  }

  /** Which stage an epoch belongs to; the first is epoch 0, and customization. */
  override stageOf(epoch: number): CustomKDStage {
    return super.stageOf(Math.floor(epoch / this.#options.alternate));
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms, stage: CustomKDStage): void {
    if (stage === "customize") this.#customize(seen.labelled, terms);
    else this.#distill(seen, terms);
  }

  /** Stage 1: gradients reach θ_p^h only. */
  #customize(seen: Seen, terms: Terms): void {
    terms.add("customization", 1, () => {
      const customized = this.customization.forward(seen.opinions.features[0]);
      const logits = forwardFrozen(this.randomHead ?? this.student.head, customized);
      return labelledLoss(logits, seen.labels);
    });
  }

  /** Stage 2: gradients reach the student and the projection of the general term only. */
  #distill(seen: Seen, terms: Terms): void {
    const { weights, distance } = this.#options;
    const { customized, general, labelled, entropy } = weights as Required<CustomKDWeights>;
    if (entropy > 0 && seen.count === seen.labelledCount) {
      throw new ArgumentError(
        `CustomKD needs unlabelled images for the entropy, whose weight is ${entropy}. ` +
          `Load labelled and unlabelled images with data.zipLoaders, or set that weight to 0.`,
      );
    }
    const { features, logits } = seen.student;
    terms.add("customized", customized, () => {
      const target = noGrad(() => upcast(this.customization.forward(seen.opinions.features[0])));
      return featureTransferLoss(features, target, { distance });
    });
    terms.add("general", general, () => {
      const projected = upcast(this.general.forward(features));
      return featureTransferLoss(projected, seen.opinions.features[0], { distance });
    });
    terms.add("labelled", labelled, () => labelledLoss(seen.ofLabelled(logits), seen.labels));
    terms.add("entropy", entropy, () => entropyLoss(seen.ofUnlabelled(logits)));
  }

  /** @ignore */
  protected override settings(): Spec {
    const { customization: _c, general: _g, weights, ...options } = this.#options;
    return { ...options, weights: { ...weights } };
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
