/**
 * How the predictive teachers become one prediction: options that all methods with logits share.
 *
 * @module
 */

import { either } from "../base/option_parts.ts";
import { choice, number } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
import { type Confidence, CONFIDENCES } from "./confidence.ts";
import { PARTIAL_RULES, type PartialRule } from "./partial_rules.ts";

/** How the predictive teachers' logits become one prediction. The papers' summaries leave it open: every default is ours. */
export interface VoterSettings {
  /** Divides logits before every softmax; its square multiplies the loss. */
  temperature?: number;
  /**
   * What the voters' prediction is the mean of; `"logits"`: where teachers know parts of the classes, each class has the mean
   * of those who know it, and is not diluted by all others (docs/uniform.md has what was measured).
   */
  average?: "probabilities" | "logits";
  /** Which of the classes with most votes wins; `"probability"`, the likelier one. */
  classTies?: "probability" | "first";
  /**
   * What teachers who know some classes only do: vote on every image for one of these (`"literal"`), have one softmax over
   * the union of their classes (`"concatenated"`), or abstain where they are not sure (`"abstain"`): see `voteLogits`.
   * `"literal"`: in 11 of 12 settings it was best, or level with the best (docs/partial_teachers.md).
   */
  partial?: PartialRule;
  /** The way to tell how sure such teachers are: see `confidenceOf`; `"maxProbability"`. */
  confidence?: Confidence;
  /**
   * The confidence below which such teachers abstain: a number; or where the confidence of each on the training images falls
   * in two (`"otsu"`); or what its upper share is, as large as the teacher's classes are of all (`"classShare"`), which
   * supposes that classes have as many images each. Neither looks at labels. `"otsu"`.
   */
  threshold?: "otsu" | "classShare" | number;
}

/** The declaration of {@linkcode VoterSettings}, with a temperature that holds unless another one is given. */
export function voterOptions(temperature: number): OptionTable<VoterSettings> {
  return {
    temperature: number({
      default: temperature,
      above: 0,
      help: "what logits are divided by before the softmax; its square multiplies the loss",
    }),
    average: choice(["probabilities", "logits"], {
      default: "logits",
      help: "what the voters' prediction is the mean of",
    }),
    classTies: choice(["probability", "first"], {
      default: "probability",
      help: "which of the classes with most votes wins",
    }),
    partial: choice(PARTIAL_RULES, {
      default: "literal",
      help: "what teachers do that know some classes only",
    }),
    confidence: choice(CONFIDENCES, {
      default: "maxProbability",
      help: "how it is told how sure such a teacher is",
    }),
    threshold: either<["otsu" | "classShare", number]>([
      choice(["otsu", "classShare"], {}),
      number({}),
    ], {
      default: "otsu",
      help: "below which confidence such a teacher abstains",
    }),
  };
}
