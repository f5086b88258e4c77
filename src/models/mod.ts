/**
 * Architectures.
 *
 * @module
 */

export * from "./small/cnn.ts";
export * from "./small/mixer.ts";
export * from "./small/mlp.ts";
export * from "./small/resnet.ts";
export * from "./small/vit.ts";
