/**
 * Transforms of whole batches of images: crops, flips, rotations, colors, normalizing.
 *
 * @module
 */

export * from "./affine.ts";
export * from "./warp_options.ts";
export * from "./blur.ts";
export * from "./by_name.ts";
export * from "./color.ts";
export * from "./color_jitter.ts";
export * from "./compose.ts";
export * from "./corrupt.ts";
export * from "./crop.ts";
export * from "./erase.ts";
export * from "./flip.ts";
export * from "./normalize.ts";
export * from "./rand_augment.ts";
export * from "./resize.ts";
export * from "./resized_crop.ts";
export * from "./rotation_task.ts";
export * from "./solarize.ts";
export * from "./to_float.ts";
export * from "./tone.ts";
export * from "./transform.ts";
