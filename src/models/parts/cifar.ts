/**
 * What networks for small images expect of them.
 *
 * @module
 */

import type { ModelEntry } from "../entry.ts";

/** The mean of CIFAR-10's channels, of values from 0 to 1. */
export const CIFAR_MEAN: readonly [number, number, number] = [0.4914, 0.4822, 0.4465];

/** The standard deviation of CIFAR-10's channels, of values from 0 to 1. */
export const CIFAR_STD: readonly [number, number, number] = [0.2470, 0.2435, 0.2616];

/** Images of 32 pixels that are not resized, of ten classes. */
export const CIFAR10_IMAGES: Pick<
  ModelEntry,
  "inputSize" | "cropFraction" | "mean" | "std" | "interpolation" | "numClasses"
> = {
  inputSize: 32,
  cropFraction: 1,
  mean: CIFAR_MEAN,
  std: CIFAR_STD,
  interpolation: "bilinear",
  numClasses: 10,
};
