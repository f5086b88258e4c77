/**
 * The random numbers of all devices that a run computes on.
 *
 * @module
 */

export * from "../torch/random_states.ts";
