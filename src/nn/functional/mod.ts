/**
 * Layers, activations and losses as functions, by PyTorch's names.
 *
 * @module
 */

export * from "./activations.ts";
export * from "./adaptive_pool.ts";
export * from "./avg_pool.ts";
export * from "./classification.ts";
export * from "./convolution.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./fold.ts";
export * from "./gelu_approximation.ts";
export * from "./inplace_options.ts";
export * from "./instance_norm.ts";
export * from "./interpolate.ts";
export * from "./interpolate_options.ts";
export * from "./linear.ts";
export * from "./local_response_norm.ts";
export * from "./max_pool.ts";
export * from "./max_unpool.ts";
export * from "./normalization.ts";
export * from "./output_size.ts";
export * from "./pad.ts";
export * from "./pool_options.ts";
export * from "./rearranging.ts";
export * from "./regression.ts";
export * from "./reduction.ts";
export * from "./vectors.ts";
