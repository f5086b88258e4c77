/**
 * Layers, activations and losses as functions, by PyTorch's names.
 *
 * @module
 */

export * from "./activations.ts";
export * from "./classification.ts";
export * from "./embedding.ts";
export * from "./gelu_approximation.ts";
export * from "./interpolate.ts";
export * from "./linear.ts";
export * from "./normalization.ts";
export * from "./output_size.ts";
export * from "./pooling.ts";
export * from "./regression.ts";
export * from "./reduction.ts";
export * from "./vectors.ts";
