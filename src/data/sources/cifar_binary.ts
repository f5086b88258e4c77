/**
 * The binary format of CIFAR-10 and CIFAR-100: records of one or two labels and then the red, the green and the blue plane of
 * a 32 x 32 image.
 *
 * @module
 */

import { join } from "node:path";
import { FormatError } from "../../base/errors.ts";
import { lookUp } from "../../base/lookup.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import { findBadLabel } from "./bad_label.ts";
import { CIFAR100_CLASSES, CIFAR100_COARSE_CLASSES } from "./cifar100_classes.ts";
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

/** Which labels of CIFAR-100: those of 100 classes, or of 20 groups of them. */
export type Cifar100Labels = "fine" | "coarse";

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE = 3 * PLANE;
/** More records than any file of such a set has: 10,000 in one of CIFAR-10's, 50,000 in CIFAR-100's. */
const MAX_RECORDS = 60_000;

/** A set in this format. */
interface Format {
  /** What messages call it. */
  readonly name: string;
  /** The names of the classes of each of a record's labels. */
  readonly labels: readonly (readonly string[])[];
  /** The files of each split. */
  readonly files: Readonly<Record<Split, readonly string[]>>;
}

const CIFAR10: Format = {
  name: "CIFAR-10",
  labels: [CIFAR10_CLASSES],
  files: { train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), test: ["test_batch.bin"] },
};

const CIFAR100: Format = {
  name: "CIFAR-100",
  labels: [CIFAR100_COARSE_CLASSES, CIFAR100_CLASSES],
  files: { train: ["train.bin"], test: ["test.bin"] },
};

/** Which of a record's labels each kind is. */
const PLACES: Record<Cifar100Labels, number> = { coarse: 0, fine: 1 };

/** A file's contents and its name, for messages. */
interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

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
  return parse(files, CIFAR10, 0);
}

/**
 * Reads the bytes of one or more CIFAR-100 binary files as one data set: records of 3,074 bytes, the coarse label, the fine
 * one, and the image.
 *
 * @param files Each file's contents and name (for messages).
 * @param labels Which of the two labels; the fine ones of 100 classes by default.
 * @returns The images, their planes turned into pixels (NHWC).
 * @throws {FormatError} If a file is empty, ends within a record, or has a coarse label above 19 or a fine one above 99.
 */
export function parseCifar100(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  labels: Cifar100Labels = "fine",
): ImageArrays {
  return parse(files, CIFAR100, lookUp(PLACES, labels, "labels"));
}

function parse(
  files: readonly NamedBytes[],
  { name: set, labels: kinds }: Format,
  kind: number,
): ImageArrays {
  const record = kinds.length + IMAGE;
  for (const { name, bytes } of files) {
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new FormatError(
        `${name} has ${bytes.length} bytes; expected one or more records of ${record} bytes. ` +
          `It is truncated or not ${set}'s binary format.`,
      );
    }
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / record, 0);
  if (count === 0) throw new FormatError(`No ${set} files were given; expected at least one.`);
  const images = new Uint8Array(count * IMAGE);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const { name, bytes } of files) {
    for (const [place, names] of kinds.entries()) {
      const found = Uint8Array.from(
        { length: bytes.length / record },
        (_, i) => bytes[i * record + place],
      );
      const bad = findBadLabel(found, names.length);
      if (bad >= 0) {
        throw new FormatError(
          `${name}: label ${found[bad]} of record ${bad}; expected 0 to ${names.length - 1}. ` +
            `It is damaged or not ${set}'s binary format.`,
        );
      }
      if (place === kind) labels.set(found, image);
    }
    for (let at = kinds.length; at < bytes.length; at += record, image++) {
      let to = image * IMAGE;
      for (let red = at, end = red + PLANE; red < end; red++) {
        images[to++] = bytes[red];
        images[to++] = bytes[red + PLANE];
        images[to++] = bytes[red + 2 * PLANE];
      }
    }
  }
  const classNames = kinds[kind];
  return { images, labels, count, height: SIDE, width: SIDE, channels: 3, classNames };
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
  return parseCifar10(await filesOf(CIFAR10, folder, split));
}

/**
 * Reads CIFAR-100 from the files of its binary version: `train.bin` for the 50,000 training images, `test.bin` for the 10,000
 * test images. It is in no package: the archive is `cifar-100-binary.tar.gz` on its author's page.
 *
 * A. Krizhevsky: Learning multiple layers of features from tiny images (2009).
 *
 * @param folder The folder with the files.
 * @param split Which of the files.
 * @param labels The labels of 100 classes (`"fine"`, the default) or of 20 groups of them (`"coarse"`).
 * @throws {FormatError} If a file is missing, truncated or not of that format.
 * @throws {FileError} If a file cannot be read.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * const photos = await data.readCifar100Folder("cifar-100-binary", "test");
 * console.log(photos.count, photos.classNames.length); // 10000 100
 * ```
 */
export async function readCifar100Folder(
  folder: string,
  split: Split,
  labels: Cifar100Labels = "fine",
): Promise<ImageArrays> {
  return parseCifar100(await filesOf(CIFAR100, folder, split), labels);
}

async function filesOf(format: Format, folder: string, split: Split): Promise<NamedBytes[]> {
  const most = MAX_RECORDS * (format.labels.length + IMAGE);
  const files: NamedBytes[] = [];
  for (const file of lookUp(format.files, split, "split")) {
    const name = join(folder, file);
    files.push({ name, bytes: await readSourceFile(name, most) });
  }
  return files;
}
