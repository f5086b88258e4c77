/**
 * The data sets that come with the package, ready to be trained on.
 *
 * @module
 */

import { ImageDataset } from "./image_dataset.ts";
import type { Split } from "./sources/arrays.ts";
import { loadCifar10 } from "./sources/cifar10.ts";
import { loadFashionMnist } from "./sources/fashion_mnist.ts";
import { loadMnist } from "./sources/mnist.ts";
import type { LoadOptions } from "./sources/load_options.ts";

/**
 * MNIST as a dataset: 60,000 training or 10,000 test images (1, 28, 28), ten classes; see `loadMnist`
 * for where they come from and what can fail.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * using digits = await data.mnist("test");
 * console.log(digits.length, digits.classCounts());
 * ```
 */
export async function mnist(split: Split, options?: LoadOptions): Promise<ImageDataset> {
  return ImageDataset.fromArrays(await loadMnist(split, options), "MNIST");
}

/**
 * Fashion-MNIST as a dataset: 60,000 training or 10,000 test images (1, 28, 28), ten classes; see
 * `loadFashionMnist` for where they come from and what can fail.
 */
export async function fashionMnist(split: Split, options?: LoadOptions): Promise<ImageDataset> {
  return ImageDataset.fromArrays(await loadFashionMnist(split, options), "Fashion-MNIST");
}

/**
 * CIFAR-10 as a dataset: 50,000 training or 10,000 test images (3, 32, 32), ten classes; see
 * `loadCifar10` for where they come from and what can fail.
 */
export async function cifar10(split: Split, options?: LoadOptions): Promise<ImageDataset> {
  return ImageDataset.fromArrays(await loadCifar10(split, options), "CIFAR-10");
}
