/**
 * Training: the loop that all methods share, its records, checkpoints and reports.
 *
 * @module
 */

export { ResumeError, type RunDifference, TrainingError } from "../errors.ts";
export * from "../eval/accuracy.ts";
export * from "../interrupt.ts";
export * from "../progress.ts";
export * from "./checkpoint.ts";
export * from "./fit.ts";
export type { Sums } from "./loss_sums.ts";
export * from "./method.ts";
export * from "./metrics.ts";
export * from "./report/mod.ts";
export type { ResumeDifferences } from "./resume.ts";
export type { RunParts, RunSpec } from "./run_spec.ts";
export * from "./run_folder.ts";
export * from "./supervised.ts";
export * from "./table.ts";
