/**
 * The UCI digits: 1,797 handwritten digits, 8 x 8, gray.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import { type WheelFiles, wheelFolder } from "../../setup/wheel_files.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import type { LoadOptions } from "./load_options.ts";
import { MNIST_CLASSES } from "./mnist.ts";
import { loadPackagedDataset, type PackagedDataset } from "./packaged_dataset.ts";
import { gunzip, readSourceFile } from "./read_file.ts";
import { lookUp } from "../../base/lookup.ts";

/** The file that has them. */
const FILE = "digits.csv.gz";
/** More bytes than the file unpacks to; a value has a few. */
const MOST_BYTES = 1_000_000;
const PIXELS = 64;
/** The brightest value. */
const WHITE = 16;
/** How many of the first ones are there to learn from. */
const SIZES: Record<Split, number> = { train: 1297, test: 500 };

const WHEEL: WheelFiles = {
  requirement: "scikit-learn==1.9.1",
  sha256: "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
  files: /^sklearn\/datasets\/data\/digits\.csv\.gz$/,
  binary: true,
};

const UCI_DIGITS: PackagedDataset = {
  package: {
    name: "uci-digits-scikit-learn",
    version: "1.9.1",
    source: "pypi:scikit-learn@1.9.1",
    megabytes: 9,
    folder: async () => join(await wheelFolder(WHEEL), "sklearn", "datasets", "data"),
  },
  converter: 1,
  imageShape: [8, 8, 1],
  classNames: MNIST_CLASSES,
  splits: {
    train: {
      count: SIZES.train,
      sha256: "88abb964e51816f0474d55478f2550fc310f5d649c4cd8133dc1ae62826508f5",
    },
    test: {
      count: SIZES.test,
      sha256: "05938e9bdea6ede0f150f729429258fb8ce17aeddda6fe9e3846d0637c6879cd",
    },
  },
  async convert(folder, into, report) {
    for (const split of ["train", "test"] as const) {
      const { images, labels } = await readFolder(folder, split);
      into[split].images.set(images);
      into[split].labels.set(labels);
      report(split === "train" ? 0.7 : 1);
    }
  },
};

/**
 * Loads the UCI digits that scikit-learn ships: 1,297 training or 500 test images of 8 x 8 x 1. They are the test part of the
 * UCI repository's "optical recognition of handwritten digits", counts of pixels from 0 to 16, here from 0 to 255.
 *
 * scikit-learn does not divide them. Here the first 1,297 are there to learn from and the last 500 to measure on, a division
 * of our own.
 *
 * They come from scikit-learn's wheel (9 MB, fetched through pip the first time; no code of it is run) or from a folder with
 * its file `digits.csv.gz`.
 *
 * E. Alpaydin, C. Kaynak: Cascading classifiers, Kybernetika 34 (1998).
 *
 * @param split Training or test images.
 * @param options Another source or cache, and progress.
 * @throws {FormatError} If the file is missing, truncated or not of its format.
 * @throws {SetupError} If the wheel cannot be fetched.
 * @throws {ChecksumError} If the wheel is another one, or holds other images.
 * @throws {FileError} If a file cannot be read, or the cache cannot be written.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * const digits = await data.loadUciDigits("test");
 * console.log(digits.count, digits.height); // 500 8
 * ```
 */
export function loadUciDigits(split: Split, options: LoadOptions = {}): Promise<ImageArrays> {
  if (options.folder === undefined) return loadPackagedDataset(UCI_DIGITS, split, options);
  return readFolder(options.folder, split);
}

async function readFolder(folder: string, split: Split): Promise<ImageArrays> {
  const size = lookUp(SIZES, split, "split");
  const path = join(folder, FILE);
  const packed = await readSourceFile(path, MOST_BYTES);
  const bytes = await gunzip(packed, path, () => Math.min(MOST_BYTES, 1032 * packed.length));
  const all = parseDigits(new TextDecoder().decode(bytes), path);
  const total = SIZES.train + SIZES.test;
  if (all.length !== total) {
    throw new FormatError(`${path} has ${all.length} digits; expected ${total}.`);
  }
  const rows = split === "train" ? all.slice(0, size) : all.slice(-size);
  return {
    images: Uint8Array.from(
      rows.flatMap((row) => row.slice(0, PIXELS)),
      (value) => Math.round(value * 255 / WHITE),
    ),
    labels: Uint8Array.from(rows, (row) => row[PIXELS]),
    count: size,
    height: 8,
    width: 8,
    channels: 1,
    classNames: MNIST_CLASSES,
  };
}

/**
 * Lines of 64 pixels from 0 to 16 and a label.
 *
 * @throws {FormatError} If a line is none.
 */
export function parseDigits(text: string, name: string): number[][] {
  return text.trimEnd().split("\n").map((line, number) => {
    const row = line.split(",").map((cell) => cell.trim() === "" ? NaN : Number(cell));
    const isGood = row.length === PIXELS + 1 &&
      row.every((value, i) =>
        Number.isInteger(value) && value >= 0 && value <= (i < PIXELS ? WHITE : 9)
      );
    if (isGood) return row;
    throw new FormatError(
      `${name}, line ${number + 1}: expected 64 whole numbers from 0 to 16 and a digit, found ${
        JSON.stringify(line.slice(0, 100))
      }.`,
    );
  });
}
