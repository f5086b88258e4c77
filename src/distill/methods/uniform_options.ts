/**
 * What UNIFORM leaves open.
 *
 * @module
 */

import { list, nullable } from "../../base/option_parts.ts";
import { choice, flag, number, whole } from "../../base/option_values.ts";
import type { OptionTable } from "../../base/options.ts";
import { type Distance, DISTANCES } from "../losses.ts";
import type { ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";

/**
 * The options of `Uniform` that are data. They settle points that the paper's summary leaves open: every default is ours.
 */
export interface UniformSettings {
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
  commonDim?: number | null;
  /** dist of l_feature; `"mse"`. */
  distance?: Distance;
  /** What p̂ᵗ is the mean of; `"probabilities"`. */
  average?: "probabilities" | "logits";
  /** The teachers' weights in the average of features, in the shelf's order; equal. */
  weights?: readonly number[] | null;
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
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });

/** The options of `Uniform` that are data. */
export const UNIFORM_OPTIONS: OptionTable<UniformSettings> = {
  alpha1: weight(1, "weight of the pseudo class in the logit loss"),
  alpha2: weight(0.5, "weight of the other classes in the logit loss"),
  beta1: weight(1, "weight of the feature loss"),
  beta2: weight(0.1, "weight of the reconstruction"),
  temperature: number({ default: 1, above: 0, help: "what logits are divided by" }),
  encoder: projectionOption("the encoders into the common space"),
  decoder: projectionOption("the decoders back"),
  commonDim: nullable(
    whole({ min: 1, help: "width of the common space; the student's feature width if null" }),
  ),
  distance: choice(DISTANCES, { default: "mse", help: "how the feature loss is measured" }),
  average: choice(["probabilities", "logits"], {
    default: "probabilities",
    help: "what the voters' prediction is the mean of",
  }),
  weights: nullable(
    list(number({ min: 0 }), {
      help: "the teachers' weights in the average of features; equal if null",
    }),
  ),
  featureTies: choice(["zero", "mean"], {
    default: "mean",
    help: "the target of feature elements whose signs balance",
  }),
  classTies: choice(["probability", "first"], {
    default: "probability",
    help: "which of the classes with most votes wins",
  }),
  detachTarget: flag({ default: false, help: "keeps the feature loss from the encoders" }),
  standardize: choice(["none", "batch", "running"], {
    default: "none",
    help: "how teachers' features are standardized first",
  }),
  featureVoting: flag({ default: true, help: "votes on features; else the plain mean" }),
  logitVoting: flag({ default: true, help: "votes on classes; else the plain mean" }),
};
