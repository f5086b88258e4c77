/**
 * What UNIFORM leaves open.
 *
 * @module
 */

import { list, nullable } from "../../base/option_parts.ts";
import { choice, flag, number, whole } from "../../base/option_values.ts";
import type { OptionTable } from "../../base/options.ts";
import { encoderOption, type EncoderShape } from "../encoder_shape.ts";
import { type Distance, DISTANCES } from "../losses.ts";
import type { ProjectionShape } from "../projection.ts";
import { projectionOption } from "../projection_option.ts";
import type { Standardization } from "../standardization.ts";
import { standardizeOption } from "../standardize_option.ts";
import { voterOptions, type VoterSettings } from "../voter_options.ts";

/**
 * The options of `Uniform` that are data. They settle points that the paper's summary leaves open: every default is ours.
 */
export interface UniformSettings extends VoterSettings {
  /** Weight of the pseudo class in l_logit; 1. */
  alpha1?: number;
  /** Weight of the other classes in l_logit; 0.5. With `alpha1` and this 0 no logits are used. */
  alpha2?: number;
  /** Weight of l_feature; 0.1. With `beta1`, `beta2` and `beta3` 0 no features are used. */
  beta1?: number;
  /** Weight of l_rec; 0.01. */
  beta2?: number;
  /**
   * Weight of the alignment of each encoder with the student, `mean_i dist(x, fᵢᵉ(xᵢᵗ))`; 0.4. It is ours, after CFL's term
   * of that kind (Luo et al. 2019). Without it nothing pulls the encoders into one space, so that signs have no common meaning
   * and the vote is at chance; 0 takes the equations literally. Several times `beta1` is best (docs/uniform.md).
   */
  beta3?: number;
  /** Whether l_rec is the teachers' sum, as in the paper, or their mean; `"mean"`: its weight holds for any number of them. */
  reconstruction?: "sum" | "mean";
  /** Shape of the encoders fᵢᵉ; `"linear"`. */
  encoder?: EncoderShape;
  /** Shape of the decoders fᵢᵈ; `"linear"`. */
  decoder?: ProjectionShape;
  /**
   * What the student's features go through on their way into the common space; `"linear"`. Like the encoders it is thrown
   * away. With null they are compared as they are, unless the widths differ: a student whose features are never negative, as
   * after a ReLU, then draws all encoders to where they are positive, and their vote says nothing about images.
   */
  studentProjection?: ProjectionShape | null;
  /** Width D of the common space; the student's feature width. */
  commonDim?: number | null;
  /** dist of l_feature and of the alignment; `"mse"`. */
  distance?: Distance;
  /** Scales teachers' and student's codes to length √D before they are compared; false. */
  normalize?: boolean;
  /** The teachers' weights in the average of features, in the shelf's order; equal. */
  weights?: readonly number[] | null;
  /** Which teachers' features are used: all, or only those that vote on classes, or only the others; `"all"`. */
  featureTeachers?: "all" | "predictive" | "descriptive";
  /**
   * The target of elements whose signs balance: `"mean"`, that of all teachers; `"zero"` takes the equations literally, and
   * with two teachers pulls about half of all elements, those on which the two differ, to 0. `"mean"`.
   */
  featureTies?: "zero" | "mean";
  /**
   * Keeps the gradient of l_feature from the encoders; false. With it and without alignment they see only l_rec, so that each
   * teacher's latent space stays a rotation of its own: for ablations.
   */
  detachTarget?: boolean;
  /** How teachers' features are standardized first; `"dataset"`. */
  standardize?: Standardization;
  /** Features voting; true. Without it the target is the plain (weighted) mean. */
  featureVoting?: boolean;
  /** Logits voting; true. Without it l_logit is soft cross-entropy with p̂ᵗ, of weight α₁. */
  logitVoting?: boolean;
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });

/** The options of `Uniform` that are data. */
export const UNIFORM_OPTIONS: OptionTable<UniformSettings> = {
  alpha1: weight(1, "weight of the pseudo class in the logit loss"),
  alpha2: weight(0.5, "weight of the other classes in the logit loss"),
  beta1: weight(0.1, "weight of the feature loss"),
  beta2: weight(0.01, "weight of the reconstruction"),
  beta3: weight(0.4, "weight of the alignment of each encoder with the student"),
  reconstruction: choice(["mean", "sum"], {
    default: "mean",
    help: "whether the reconstruction is the teachers' mean or their sum",
  }),
  ...voterOptions(1),
  encoder: encoderOption({ default: "linear" }),
  decoder: projectionOption("the decoders back"),
  studentProjection: nullable(
    projectionOption("the student's way into the common space; none if null"),
    { default: "linear" },
  ),
  commonDim: nullable(
    whole({ min: 1, help: "width of the common space; the student's feature width if null" }),
  ),
  distance: choice(DISTANCES, { default: "mse", help: "how the feature loss is measured" }),
  normalize: flag({ default: false, help: "scales codes to one length before they are compared" }),
  weights: nullable(
    list(number({ min: 0 }), {
      help: "the teachers' weights in the average of features; equal if null",
    }),
  ),
  featureTeachers: choice(["all", "predictive", "descriptive"], {
    default: "all",
    help: "which teachers' features are used",
  }),
  featureTies: choice(["zero", "mean"], {
    default: "mean",
    help: "the target of feature elements whose signs balance",
  }),
  detachTarget: flag({ default: false, help: "keeps the feature loss from the encoders" }),
  standardize: standardizeOption("dataset"),
  featureVoting: flag({ default: true, help: "votes on features; else the plain mean" }),
  logitVoting: flag({ default: true, help: "votes on classes; else the plain mean" }),
};

/**
 * The paper's equations taken literally, where the defaults of `Uniform` are ours: no alignment, features as they are, ties
 * of 0, the sum over teachers, the mean of probabilities.
 */
export const UNIFORM_LITERAL: UniformSettings = {
  beta3: 0,
  reconstruction: "sum",
  studentProjection: null,
  normalize: false,
  featureTies: "zero",
  standardize: "none",
  average: "probabilities",
};
