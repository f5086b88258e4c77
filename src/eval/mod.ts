/**
 * Measuring what was learned.
 *
 * @module
 */

export * from "./accuracy.ts";
export { knnAccuracy, type KnnOptions, knnScores } from "./knn.ts";
export type { LabelledFeatures } from "./labelled_features.ts";
export {
  LinearProbe,
  linearProbe,
  type LinearProbeOptions,
  type LinearProbeTrial,
} from "./linear_probe.ts";
