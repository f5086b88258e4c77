/**
 * Layers, models and losses, by PyTorch's names, with PyTorch's initial weights and state-dict keys.
 *
 * @module
 */

export * from "./classifier.ts";
export * as functional from "./functional/mod.ts";
export * as init from "./init.ts";
export * from "./layers/activations.ts";
export * from "./layers/attention.ts";
export * from "./layers/containers.ts";
export * from "./layers/conv.ts";
export * from "./layers/embedding.ts";
export * from "./layers/linear.ts";
export * from "./layers/layer_norm_2d.ts";
export * from "./layers/losses.ts";
export * from "./layers/normalization.ts";
export * from "./pair.ts";
export * from "./layers/pooling.ts";
export * from "./layers/shaping.ts";
export * from "./layers/transformer.ts";
export * from "./module.ts";
export * from "./to_options.ts";
export * from "./load_report.ts";
export * from "./freeze_matching.ts";
export * from "../base/name_pattern.ts";
