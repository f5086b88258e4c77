/**
 * Layers, models and losses, by PyTorch's names, with PyTorch's initial weights and state-dict keys.
 *
 * @module
 */

export { Classifier, type ModelRecipe } from "./classifier.ts";
export * as functional from "./functional/mod.ts";
export * as init from "./init.ts";
export * from "./layers/activations.ts";
export * from "./layers/attention.ts";
export * from "./layers/containers.ts";
export * from "./layers/conv.ts";
export * from "./layers/embedding.ts";
export { Linear } from "./layers/linear.ts";
export * from "./layers/layer_norm_2d.ts";
export * from "./layers/losses.ts";
export * from "./layers/normalization.ts";
export type { Pair } from "./options.ts";
export * from "./layers/pooling.ts";
export * from "./layers/shaping.ts";
export * from "./layers/transformer.ts";
export { type BufferOptions, Module, type ModuleToOptions } from "./module.ts";
export type { LoadReport } from "./state_dict.ts";
