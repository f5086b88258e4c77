/**
 * The options of CustomKD.
 *
 * @module
 */

import { either, table } from "../../base/option_parts.ts";
import { choice, flag, number, whole } from "../../base/option_values.ts";
import type { OptionTable } from "../../base/options.ts";
import { BORROWED_HEADS, type BorrowedHeadKind } from "../borrowed_head.ts";
import { type Distance, DISTANCES } from "../losses.ts";
import type { ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Standardization } from "../standardization.ts";
import { standardizeOption } from "../standardize_option.ts";
import type { Turns } from "../turns.ts";

/**
 * The weights of the terms of the second stage of `CustomKD`. The paper's summary leaves them open; the defaults are ours, chosen
 * on validation images of several settings for standardized features (docs/custom_kd.md). Distances of features are small numbers
 * beside a cross-entropy, so that theirs are large.
 */
export interface CustomKDWeights {
  /** The weight of L_f̃t, task-specific knowledge: student's features close to the customized ones; 10. */
  customized?: number;
  /** The weight of L_ft, task-general knowledge: student's projected features close to the teacher's; 30. */
  general?: number;
  /** The weight of L_L, cross-entropy on labelled images; 1. */
  labelled?: number;
  /** The weight of L_U, entropy on unlabelled images; 0.1. */
  entropy?: number;
  /**
   * The weight of the term on predictions, which the paper has in some of its tables ("with DKD") beside the four terms that are
   * its own; 0. With 1 the student was better in every setting that was tried.
   */
  logit?: number;
}

/** The term on predictions of `CustomKD`, of which {@linkcode CustomKDWeights.logit} is the weight. */
export interface CustomKDLogit {
  /**
   * Whose prediction is taught: that of the borrowed head on customized features (`"customized"`), or the teacher's own where
   * it votes on the student's classes (`"teacher"`); `"customized"` by default (ours).
   */
  target?: "customized" | "teacher";
  /** `"kl"`: the divergence of predictions; `"dkd"`: target class and other classes apart (arXiv 2203.08679); `"kl"`. */
  loss?: "kl" | "dkd";
  /** Divides logits before every softmax; its square multiplies the loss; 4. */
  temperature?: number;
  /** The weight of the target class's part of `"dkd"`; 1. */
  alpha?: number;
  /** The weight of the other classes' part of `"dkd"`; 8. */
  beta?: number;
}

/** The options of `CustomKD` that are data; all defaults are ours. */
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
   * How the teacher's features are standardized first; `"dataset"`: the weights then mean the same whatever the scale of its
   * features. `"none"` takes them as they are, as the equations say.
   */
  standardize?: Standardization;
  /**
   * The head that is borrowed for customization: the student's own as it is at the time (`"student"`), or for the ablation
   * (arXiv 2503.18244, Table 6) a linear one with random weights, which stays as it is (`"random"`) or learns with the
   * projection (`"trained"`); `"student"`.
   */
  head?: BorrowedHeadKind;
  /**
   * How the stages take turns, customization first: after how many epochs each (1, as in the paper), or after
   * `{ customize, distill }` epochs, such as 1 and 5. With `distill: "rest"` the features are customized once.
   */
  alternate?: Turns<"customize", "distill">;
  /** The term on predictions, if it has a weight. */
  logit?: CustomKDLogit;
  /**
   * From which probability of its likeliest class on an image without labels counts for the entropy; 0, all of them. An image
   * below counts as 0 in the mean.
   */
  entropyThreshold?: number;
  /**
   * What several teachers teach together (ours; the paper has one): their customized features vote, as in UNIFORM, in the
   * student's own space, or with `false` are averaged; true.
   */
  vote?: boolean;
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });

/** The options of `CustomKD` that are data. */
export const CUSTOM_KD_OPTIONS: OptionTable<CustomKDSettings> = {
  weights: table<CustomKDWeights>({
    customized: weight(10, "weight of the distance to the customized features"),
    general: weight(30, "weight of the distance to the teacher's features"),
    labelled: weight(1, "weight of the cross-entropy on labelled images"),
    entropy: weight(0.1, "weight of the entropy on unlabelled images"),
    logit: weight(0, "weight of the term on predictions"),
  }, { default: {}, help: "the weights of the second stage's terms" }),
  customization: projectionOption("the map from the teacher's features to the student's"),
  general: projectionOption("the map from the student's features to the teacher's"),
  distance: choice(DISTANCES, {
    default: "mse",
    help: "how the distance of features is measured",
  }),
  standardize: standardizeOption("dataset"),
  head: choice(BORROWED_HEADS, {
    default: "student",
    help: "the head that is borrowed for customization",
  }),
  alternate: either<[number, { customize: number; distill: number | "rest" }]>([
    whole({ min: 1 }),
    table<{ customize: number; distill: number | "rest" }>({
      customize: whole({ min: 1, default: 1, help: "epochs of customization in a row" }),
      distill: either<[number, "rest"]>([whole({ min: 1 }), choice(["rest"], {})], {
        default: 1,
        help: 'epochs of distillation in a row, or "rest"',
      }),
    }, {}),
  ], {
    default: 1,
    help: "after how many epochs the stages take turns",
  }),
  logit: table<CustomKDLogit>({
    target: choice(["customized", "teacher"], {
      default: "customized",
      help: "whose prediction is taught",
    }),
    loss: choice(["kl", "dkd"], { default: "kl", help: "how predictions are compared" }),
    temperature: number({
      default: 4,
      above: 0,
      help: "what logits are divided by before the softmax; its square multiplies the loss",
    }),
    alpha: number({ default: 1, min: 0, help: 'weight of the target class\'s part of "dkd"' }),
    beta: number({ default: 8, min: 0, help: 'weight of the other classes\' part of "dkd"' }),
  }, { default: {}, help: "the term on predictions" }),
  entropyThreshold: number({
    default: 0,
    min: 0,
    max: 1,
    help: "from which probability of its likeliest class on an image counts for the entropy",
  }),
  vote: flag({
    default: true,
    help: "whether several teachers vote on customized features; else these are averaged",
  }),
};
