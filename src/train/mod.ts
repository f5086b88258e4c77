/**
 * Training: the loop that all methods share, its records, checkpoints and reports.
 *
 * @module
 */

export * from "../distill/methods/supervised.ts";
export * from "../evaluation/accuracy.ts";
export * from "../evaluation/accuracy_types.ts";
export * from "../base/interrupt.ts";
export * from "../base/progress.ts";
export * from "./best.ts";
export * from "./best_file.ts";
export * from "./checkpoint.ts";
export * from "./fit.ts";
export * from "./fit_options.ts";
export * from "./sums.ts";
export * from "./update_state.ts";
export * from "./stage.ts";
export * from "../report/metrics.ts";
export * from "../report/mod.ts";
export * from "./resume_differences.ts";
export * from "./loop_parts.ts";
export * from "../report/table.ts";
