/**
 * Measuring what was learned.
 *
 * @module
 */

export * from "./accuracy.ts";
export * from "./accuracy_types.ts";
export * from "./calibration.ts";
export type { CalibrationBin } from "./calibration_bins.ts";
export * from "./cka.ts";
export * from "./domains.ts";
export * from "./embed.ts";
export * from "./embed_options.ts";
export * from "./inference_options.ts";
export * from "./evaluate.ts";
export * from "./evaluation.ts";
export * from "./feature_quality.ts";
export * from "./features_of.ts";
export * from "./scorer.ts";
export * from "./predict.ts";
export * from "./kappa.ts";
export * from "./knn.ts";
export * from "./labelled_features.ts";
export * from "./linear_probe.ts";
export * from "./sign_test.ts";
