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
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "./activations.ts";
export * from "./classification.ts";
export {
  adaptiveAvgPool2d,
  type AffineOptions,
  avgPool2d,
  batchNorm,
  type BatchNormFunctionOptions,
  conv2d,
  type ConvolutionOptions,
  embedding,
  type EmbeddingOptions,
  groupNorm,
  layerNorm,
  linear,
  maxPool2d,
  type PoolOptions,
} from "./layers.ts";
export * from "./regression.ts";
export type { Reduction } from "./shapes.ts";
export * from "./vectors.ts";
