/**
 * Optimizers, groups of parameters, learning-rate schedules, gradient clipping and averages of weights, as PyTorch's.
 *
 * @module
 */

export * from "./accumulation.ts";
export * from "./adam.ts";
export * from "./by_name.ts";
export * from "./clip.ts";
export * from "./optimizer.ts";
export * from "./step_given.ts";
export * from "./groups.ts";
export * from "./joined_schedules.ts";
export * from "./cosine_schedules.ts";
export * from "./cycle_schedules.ts";
export * from "./decay_schedules.ts";
export * from "./ema.ts";
export * from "./ema_options.ts";
export * from "./epoch_schedules.ts";
export * from "./grad_scaler.ts";
export * from "./grad_scaler_options.ts";
export * from "./model_groups.ts";
export * from "./names_layers.ts";
export * from "./param_groups.ts";
export * from "./plateau.ts";
export * from "./schedule.ts";
export * from "./scheduled.ts";
export * from "./sgd.ts";
