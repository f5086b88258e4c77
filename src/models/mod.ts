/**
 * Architectures: published ones, by their published names and with their publishers' parameter names, and small ones
 * for small images.
 *
 * {@linkcode list} has the names, {@linkcode create} makes a model, {@linkcode summary} says what it costs.
 *
 * @module
 */

export { Backbone, type StagedFeatures } from "./backbone.ts";
export { CifarResNet, type CifarResNetOptions } from "./cifar_resnet.ts";
export { ClipImageTower, type ClipOptions } from "./clip.ts";
export { ConvNeXt, type ConvNeXtOptions } from "./convnext.ts";
export { create, type CreateOptions } from "./create.ts";
export { type Dialect, dialects } from "./dialects/mod.ts";
export { EfficientNet, type EfficientNetOptions } from "./efficientnet.ts";
export { EfficientNetLite, type EfficientNetLiteOptions } from "./efficientnet_lite.ts";
export { type BuildOptions, type ModelEntry } from "./entry.ts";
export { MobileNetV3, type MobileNetV3Options } from "./mobilenet_v3.ts";
export { entry, list } from "./registry.ts";
export { ResNet, type ResNetOptions } from "./resnet.ts";
export { load, save, type SaveModelOptions } from "./saved.ts";
export * from "./small/cnn.ts";
export * from "./small/mixer.ts";
export * from "./small/mlp.ts";
export * from "./small/resnet.ts";
export * from "./small/vit.ts";
export { type Summary, summary, type SummaryOptions, type SummaryRow } from "./summary.ts";
export { Swin, type SwinOptions } from "./swin.ts";
export { VisionTransformer, type VitOptions } from "./vit.ts";
export { WideResNet, type WideResNetOptions } from "./wide_resnet.ts";
