/**
 * Measuring what was learned.
 *
 * @module
 */

export * from "./accuracy.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type LabelledBatches,
} from "./evaluate.ts";
export type { Scorer } from "./model_mode.ts";
export {
  type Guess,
  predict,
  type Predictable,
  type Prediction,
  type PredictOptions,
} from "./predict.ts";
export { knnAccuracy, type KnnOptions, knnScores } from "./knn.ts";
export type { LabelledFeatures } from "./labelled_features.ts";
export {
  LinearProbe,
  linearProbe,
  type LinearProbeOptions,
  type LinearProbeTrial,
} from "./linear_probe.ts";
