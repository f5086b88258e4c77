/**
 * Teaching a student: the votes and losses of UNIFORM and CustomKD, the two methods, and plain
 * baselines.
 *
 * @module
 */

export type { TeacherAgreement, VoteSummary } from "./account.ts";
export {
  CustomKD,
  type CustomKDInput,
  type CustomKDOptions,
  type CustomKDStage,
  type CustomKDWeights,
} from "./custom_kd.ts";
export { FeatureKD, type FeatureKDInput, type FeatureKDOptions } from "./feature_kd.ts";
export type { LabelledInput, UnlabelledInput } from "./inputs.ts";
export {
  type Distance,
  entropyLoss,
  featureTransferLoss,
  type FeatureTransferOptions,
  kdLoss,
  type KdOptions,
  klDivergence,
  logitTransferLoss,
  type LogitTransferOptions,
  reconstructionLoss,
} from "./losses.ts";
export { Method, type StepResult, type StudentOutput } from "./method.ts";
export { PlainKD, type PlainKDOptions } from "./plain_kd.ts";
export { Projection, type ProjectionOptions, type ProjectionShape } from "./projection.ts";
export { Standardizer } from "./standardize.ts";
export { Uniform, type UniformOptions } from "./uniform.ts";
export { VoteAccount } from "./account.ts";
export {
  averageFeatures,
  type FeatureAverageOptions,
  type FeatureVote,
  type FeatureVoteOptions,
  type LogitVote,
  type LogitVoteOptions,
  voteFeatures,
  voteLogits,
} from "./voting.ts";
