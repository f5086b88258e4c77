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
export { ChainedScheduler, SequentialSchedule } from "./joined_schedules.ts";
export * from "./cosine_schedules.ts";
export * from "./cycle_schedules.ts";
export {
  Constant,
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type Factor,
  LambdaLR,
  LinearLR,
  type LinearLROptions,
  LinearWarmup,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
} from "./decay_schedules.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./plateau.ts";
export { ClosedSchedule, type Rule, Schedule, type Scheduled } from "./schedule.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
