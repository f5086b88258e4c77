/**
 * Layers, activations and losses as functions, by PyTorch's names.
 *
 * @module
 */

export {
  dropout,
  gelu,
  type GeluApproximation,
  hardswish,
  type InplaceOptions,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  type SoftmaxOptions,
  softplus,
  tanh,
} from "./activations.ts";
export * from "./classification.ts";
export { embedding, type EmbeddingOptions } from "./embedding.ts";
export * from "./interpolate.ts";
export * from "./linear.ts";
export {
  type AffineOptions,
  batchNorm,
  type BatchNormFunctionOptions,
  groupNorm,
  layerNorm,
} from "./normalization.ts";
export {
  adaptiveAvgPool2d,
  avgPool2d,
  type AvgPoolOptions,
  maxPool2d,
  type MaxPoolOptions,
  maxUnpool2d,
  type MaxUnpoolOptions,
  type OutputSize,
  type PoolOptions,
} from "./pooling.ts";
export * from "./regression.ts";
export type { Reduction } from "./shapes.ts";
export * from "./vectors.ts";
