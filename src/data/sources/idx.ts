/**
 * IDX, the format that MNIST and its like are published in: a magic number with the type and the
 * number of dimensions, the dimensions as big-endian 32-bit integers, then the values.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError, FormatError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";
import { type ImageArrays, type Split, validateImageArrays } from "./arrays.ts";
import { findBadLabel } from "./bad_label.ts";
import { gunzip, isGzip, readSourceFile } from "./read_file.ts";

/** The contents of an IDX file of unsigned bytes. */
export interface Idx {
  /** The size of each dimension, the slowest first. */
  readonly shape: readonly number[];
  /** The values; from {@linkcode parseIdx} a view into the bytes it was given. */
  readonly data: Uint8Array;
}

/** The types that the third byte of an IDX file can name. */
const TYPES: Record<number, string> = {
  0x08: "unsigned byte",
  0x09: "signed byte",
  0x0b: "16-bit integer",
  0x0c: "32-bit integer",
  0x0d: "32-bit float",
  0x0e: "64-bit float",
};

const UNSIGNED_BYTE = 0x08;
/** No data set has more dimensions: image, row, column, channel. */
const MAX_DIMENSIONS = 4;

/**
 * Reads the bytes of an IDX file of unsigned bytes. Nothing is copied, and nothing is allocated by
 * what the header claims.
 *
 * @param bytes The file's contents, not compressed.
 * @param name The file's name, for messages.
 * @param dimensions How many dimensions it must have (default: any number from 1 to 4).
 * @throws {FormatError} If the magic number, the type or the number of dimensions is another, or
 * the file is shorter or longer than its dimensions say.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const bytes = data.encodeIdx({ shape: [3], data: Uint8Array.of(7, 2, 1) });
 * console.log(data.parseIdx(bytes, "labels").shape); // [3]
 * ```
 */
export function parseIdx(bytes: Uint8Array, name: string, dimensions?: number): Idx {
  const { shape, header, length } = parseHeader(bytes, name, dimensions);
  if (bytes.length !== length) {
    const what = bytes.length < length ? "is truncated" : "has bytes after its end";
    throw new FormatError(
      `${name} ${what}: its dimensions ${shape.join(" x ")} need ${length} bytes, ` +
        `found ${bytes.length}.`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

/** The dimensions, the bytes of the header and those of the whole file. */
function parseHeader(
  bytes: Uint8Array,
  name: string,
  dimensions: number | undefined,
): { shape: number[]; header: number; length: number } {
  if (bytes.length < 4) {
    throw new FormatError(`${name} has ${bytes.length} bytes; an IDX file has at least 8.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const type = bytes[2];
  const rank = bytes[3];
  const found = `0x${magic.toString(16).padStart(8, "0")}`;
  if (magic >>> 16 !== 0 || !(type in TYPES)) {
    throw new FormatError(
      `${name} is not an IDX file: it begins with ${found}, expected 0x0000080N for N dimensions.`,
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw new FormatError(
      `${name} holds values of type ${
        TYPES[type]
      } (${found}); only unsigned bytes (0x08) are read.`,
    );
  }
  if (rank < 1 || rank > MAX_DIMENSIONS || (dimensions !== undefined && rank !== dimensions)) {
    const expected = dimensions ?? `1 to ${MAX_DIMENSIONS}`;
    throw new FormatError(`${name} has ${rank} dimensions (${found}); expected ${expected}.`);
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new FormatError(
      `${name} is truncated: ${bytes.length} bytes, but its header alone has ${header}.`,
    );
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  // Four factors below 2^32 can pass 2^53; what is rounded there is far from any file's length.
  const length = header + shape.reduce((product, size) => product * size, 1);
  return { shape, header, length };
}

/**
 * Makes the bytes of an IDX file.
 *
 * @param idx The dimensions and values.
 * @throws {ArgumentError} If a dimension is not a whole number from 0 to 2^32-1, there are not 1 to
 * 4 of them, or they do not fit the number of values.
 */
export function encodeIdx(idx: Idx): Uint8Array<ArrayBuffer> {
  const { shape, data } = idx;
  if (shape.length < 1 || shape.length > MAX_DIMENSIONS) {
    throw new ArgumentError(`IDX: ${shape.length} dimensions; give 1 to ${MAX_DIMENSIONS}.`);
  }
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0 || size >= 2 ** 32) {
      throw new ArgumentError(`IDX: a dimension of ${size}; give whole numbers from 0 to 2^32-1.`);
    }
  }
  const values = shape.reduce((product, size) => product * size, 1);
  if (values !== data.length) {
    throw new ArgumentError(
      `IDX: dimensions ${shape.join(" x ")} need ${values} values, given ${data.length}.`,
    );
  }
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.length);
  bytes[2] = UNSIGNED_BYTE;
  bytes[3] = shape.length;
  const view = new DataView(bytes.buffer);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, header);
  return bytes;
}

/**
 * Reads an IDX file, compressed with gzip or not.
 *
 * @param path The file.
 * @param dimensions How many dimensions it must have (default: any number from 1 to 4).
 * @throws {FormatError} If it is missing, damaged, truncated or not such a file.
 * @throws {FileError} If it cannot be read.
 */
export function readIdx(path: string, dimensions?: number): Promise<Idx> {
  return readChecked(path, dimensions, () => {});
}

/** {@linkcode readIdx}, with a look at the dimensions before anything is unpacked to them. */
async function readChecked(
  path: string,
  dimensions: number | undefined,
  check: (shape: readonly number[]) => void,
): Promise<Idx> {
  const bytes = await readSourceFile(path);
  const lengthOf = (head: Uint8Array) => {
    const { shape, length } = parseHeader(head, path, dimensions);
    check(shape);
    return length;
  };
  if (!isGzip(bytes)) lengthOf(bytes);
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, path, lengthOf) : bytes, path, dimensions);
}

/**
 * Reads gray images and their labels from the four IDX files that MNIST and its like come as:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 * `t10k-labels-idx1-ubyte`, each as it is or with `.gz`. Works for any set published so (KMNIST,
 * ...).
 *
 * @param folder The folder with the files.
 * @param split Which two of the files.
 * @param classNames The classes' names.
 * @param size The rows and columns that the images must have (default: any).
 * @throws {FormatError} If a file is missing, damaged or truncated, there are no images, or the
 * labels are not as many as the images or name a class that is not there.
 * @throws {FileError} If a file cannot be read.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * const names = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
 * const kmnist = await data.readIdxFolder("./kmnist", "train", names);
 * ```
 */
export async function readIdxFolder(
  folder: string,
  split: Split,
  classNames: readonly string[],
  size?: readonly [number, number],
): Promise<ImageArrays> {
  const prefix = split === "train" ? "train" : "t10k";
  const imagesPath = await findIdx(folder, `${prefix}-images-idx3-ubyte`);
  const labelsPath = await findIdx(folder, `${prefix}-labels-idx1-ubyte`);
  const labels = await readIdx(labelsPath, 1);
  const images = await readChecked(imagesPath, 3, ([count, height, width]) => {
    if (count * height * width === 0) {
      throw new FormatError(
        `${imagesPath} holds no images: its dimensions are ${count} x ${height} x ${width}.`,
      );
    }
    if (size && (height !== size[0] || width !== size[1])) {
      throw new FormatError(
        `${imagesPath} holds images of ${height} x ${width}; expected ${size[0]} x ${size[1]}.`,
      );
    }
    if (labels.data.length !== count) {
      throw new FormatError(
        `${labelsPath} has ${labels.data.length} labels, but ${imagesPath} has ${count} images.`,
      );
    }
  });
  const [count, height, width] = images.shape;
  const bad = findBadLabel(labels.data, classNames.length);
  if (bad >= 0) {
    throw new FormatError(
      `${labelsPath}: label ${labels.data[bad]} of image ${bad}; expected 0 to ${
        classNames.length - 1
      }.`,
    );
  }
  const arrays: ImageArrays = {
    images: images.data,
    labels: labels.data,
    count,
    height,
    width,
    channels: 1,
    classNames,
  };
  validateImageArrays(arrays, folder);
  return arrays;
}

/** The path of an IDX file in a folder: plain, else with `.gz`. */
async function findIdx(folder: string, name: string): Promise<string> {
  const plain = join(folder, name);
  for (const path of [plain, `${plain}.gz`]) {
    const there = await Deno.stat(path).then(() => true, (error) => {
      passPermission(error);
      return false;
    });
    if (there) return path;
  }
  throw new FormatError(
    `Neither ${name} nor ${name}.gz is in the folder ${folder}. ` +
      `Put the file there, or give another folder.`,
  );
}
