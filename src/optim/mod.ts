/**
 * Optimisers, learning-rate schedules and gradient clipping, as PyTorch's.
 *
 * @module
 */

export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from "./clip.ts";
export {
  type BaseOptions,
  type FilledGroup,
  Optimizer,
  type OptimizerState,
  type ParamGroup,
} from "./optimizer.ts";
export { type Rule, Schedule } from "./schedule.ts";
export * from "./schedules.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
