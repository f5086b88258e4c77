/**
 * Optimizers, learning-rate schedules and gradient clipping, as PyTorch's.
 *
 * @module
 */

export * from "./adam.ts";
export * from "./clip.ts";
export * from "./optimizer.ts";
export * from "./groups.ts";
export * from "./joined_schedules.ts";
export * from "./cosine_schedules.ts";
export * from "./cycle_schedules.ts";
export * from "./decay_schedules.ts";
export * from "./plateau.ts";
export * from "./schedule.ts";
export * from "./scheduled.ts";
export * from "./sgd.ts";
