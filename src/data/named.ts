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
import { type Cifar100Labels, readCifar100Folder } from "./sources/cifar_binary.ts";
import { loadMnistM, type MnistMOptions } from "./sources/mnist_m.ts";
import { loadUciDigits } from "./sources/uci_digits.ts";
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

/**
 * CIFAR-100 as a dataset: 50,000 training or 10,000 test images (3, 32, 32) of 100 classes or 20 coarse ones; see
 * `readCifar100Folder` for the files and what can fail.
 *
 * @param split Training or test images.
 * @param options `folder` with the files of its binary version, and which `labels`; the fine ones by default.
 */
export async function cifar100(
  split: Split,
  options: { folder: string; labels?: Cifar100Labels },
): Promise<ImageDataset> {
  const { folder, labels } = options;
  return ImageDataset.fromArrays(await readCifar100Folder(folder, split, labels), "CIFAR-100");
}

/**
 * MNIST-M as a dataset: 60,000 training or 10,000 test images (3, 28, 28), ten classes; see `loadMnistM` for how they are made
 * and what can fail.
 */
export async function mnistM(split: Split, options?: MnistMOptions): Promise<ImageDataset> {
  return ImageDataset.fromArrays(await loadMnistM(split, options), "MNIST-M");
}

/**
 * The UCI digits as a dataset: 1,297 training or 500 test images (1, 8, 8), ten classes; see `loadUciDigits` for where they
 * come from and what can fail.
 */
export async function uciDigits(split: Split, options?: LoadOptions): Promise<ImageDataset> {
  return ImageDataset.fromArrays(await loadUciDigits(split, options), "UCI digits");
}
