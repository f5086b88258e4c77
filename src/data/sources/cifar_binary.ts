/**
 * CIFAR-10's own binary format: records of 3,073 bytes, a label and then the red, the green and the
 * blue plane of a 32 x 32 image.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import { lookUp } from "../../base/lookup.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import { findBadLabel } from "./bad_label.ts";
import { readSourceFile } from "./read_file.ts";

/** The names of CIFAR-10's classes, in the order of its labels. */
export const CIFAR10_CLASSES: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE = 3 * PLANE;
const RECORD = 1 + IMAGE;
/** More records than any file of such a set has; CIFAR-10's have 10,000. */
const MAX_RECORDS = 60_000;

const FILES: Record<Split, string[]> = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ["test_batch.bin"],
};

/**
 * Reads the bytes of one or more CIFAR-10 binary files as one data set.
 *
 * The format has no header: that a file holds a whole number of records with labels from 0 to 9 is
 * all that can be checked.
 *
 * @param files Each file's contents and name (for messages).
 * @returns The images, their planes turned into pixels (NHWC).
 * @throws {FormatError} If a file is empty, ends within a record, or has a label above 9.
 */
export function parseCifar10(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): ImageArrays {
  for (const { name, bytes } of files) {
    if (bytes.length === 0 || bytes.length % RECORD !== 0) {
      throw new FormatError(
        `${name} has ${bytes.length} bytes; expected one or more records of ${RECORD} bytes. ` +
          `It is truncated or not CIFAR-10's binary format.`,
      );
    }
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / RECORD, 0);
  if (count === 0) throw new FormatError("No CIFAR-10 files were given; expected at least one.");
  const images = new Uint8Array(count * IMAGE);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const { name, bytes } of files) {
    const first = image;
    for (let at = 0; at < bytes.length; at += RECORD, image++) {
      labels[image] = bytes[at];
      let to = image * IMAGE;
      for (let red = at + 1, end = red + PLANE; red < end; red++) {
        images[to++] = bytes[red];
        images[to++] = bytes[red + PLANE];
        images[to++] = bytes[red + 2 * PLANE];
      }
    }
    const bad = findBadLabel(labels.subarray(first, image), CIFAR10_CLASSES.length);
    if (bad >= 0) {
      throw new FormatError(
        `${name}: label ${labels[first + bad]} of record ${bad}; expected 0 to 9. ` +
          `It is damaged or not CIFAR-10's binary format.`,
      );
    }
  }
  return {
    images,
    labels,
    count,
    height: SIDE,
    width: SIDE,
    channels: 3,
    classNames: CIFAR10_CLASSES,
  };
}

/**
 * Reads CIFAR-10 from the files of its binary version: `data_batch_1.bin` to `data_batch_5.bin` for
 * the training images, `test_batch.bin` for the test images.
 *
 * @param folder The folder with the files.
 * @param split Which of the files.
 * @throws {FormatError} If a file is missing, truncated or not of that format.
 * @throws {FileError} If a file cannot be read.
 */
export async function readCifar10Folder(folder: string, split: Split): Promise<ImageArrays> {
  const files = [];
  for (const file of lookUp(FILES, split, "split")) {
    const name = join(folder, file);
    files.push({ name, bytes: await readSourceFile(name, MAX_RECORDS * RECORD) });
  }
  return parseCifar10(files);
}
