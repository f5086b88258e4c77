/**
 * Teaching a student: the votes and losses of UNIFORM and CustomKD, the methods, and the contract of one.
 *
 * @module
 */

export * from "./account.ts";
export * from "./ballots.ts";
export * from "./batched_linear.ts";
export type { BranchShape } from "./branches/stage_branches.ts";
export * from "./chance.ts";
export * from "./class_chances.ts";
export * from "./common_space.ts";
export * from "./confidence.ts";
export type { EncoderOptions, EncoderShape } from "./encoder_shape.ts";
export * from "./head.ts";
export type { HeadOptions, HeadShape } from "./head_shape.ts";
export * from "./kept_heads.ts";
export * from "./losses.ts";
export * from "./losses/decoupled_kd.ts";
export * from "./losses/match.ts";
export * from "./losses/mmd.ts";
export * from "./losses/one_for_all.ts";
export * from "./losses/relational.ts";
export * from "./method.ts";
export * from "./methods/agglomerative.ts";
export * from "./methods/agglomerative_options.ts";
export * from "./methods/cfl.ts";
export * from "./methods/cfl_plus.ts";
export * from "./methods/custom_kd.ts";
export * from "./methods/custom_kd_options.ts";
export * from "./borrowed_head.ts";
export * from "./turns.ts";
export * from "./methods/dkd.ts";
export * from "./methods/fit_net.ts";
export * from "./methods/kd.ts";
export * from "./methods/logit_matching.ts";
export * from "./methods/ofa.ts";
export * from "./methods/rkd.ts";
export * from "./methods/rotation.ts";
export * from "./methods/soft_target.ts";
export * from "./methods/supervised.ts";
export * from "./methods/uniform.ts";
export * from "./methods/uniform_options.ts";
export * from "./methods/vkd.ts";
export * from "./needs.ts";
export * from "./orthogonal_projection.ts";
export * from "./patch_heads.ts";
export * from "./projection.ts";
export * from "./projection_bank.ts";
export * from "./reconstruction.ts";
export * from "./seen.ts";
export * from "./standardization.ts";
export * from "./standardizers.ts";
export * from "./supervision.ts";
export type { SurveyOptions, Surveys } from "./survey.ts";
export * from "./teacher_dropping.ts";
export * from "./teacher_heads.ts";
export * from "./terms.ts";
export type { ThresholdOptions, Thresholds } from "./thresholds.ts";
export * from "./vote_features.ts";
export * from "./vote_findings.ts";
export * from "./vote_logits.ts";
export * from "./vote_summary.ts";
export * from "./voter_options.ts";
export * from "./voters.ts";
export * from "./partial_rules.ts";
