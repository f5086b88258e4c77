/**
 * Teaching a student: the votes and losses of UNIFORM and CustomKD, the two methods, and plain
 * baselines.
 *
 * @module
 */

export * from "./account.ts";
export * from "./custom_kd.ts";
export * from "./feature_kd.ts";
export * from "./step_inputs.ts";
export * from "./losses.ts";
export * from "./method.ts";
export * from "./plain_kd.ts";
export * from "./projection.ts";
export * from "./standardize.ts";
export * from "./uniform.ts";
export * from "./voting.ts";
