/**
 * Reading a data set's source file whole, within bounds, and undoing gzip.
 *
 * @module
 */

import { FileError, FormatError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";

/** No source file of a data set is larger; a file or a gzip stream that is, is refused. */
export const MAX_SOURCE_BYTES: number = 2 ** 31;

/** Bytes in a buffer of their own, as the cryptography and compression functions want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a file whole.
 *
 * @param path The file.
 * @param limit The most bytes that it may have.
 * @throws {FormatError} If there is no such file, it is not a file, or it is above the limit.
 * @throws {FileError} If it cannot be read.
 */
export async function readSourceFile(
  path: string,
  limit: number = MAX_SOURCE_BYTES,
): Promise<Bytes> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) throw new FormatError(`${path} is not a file; expected a data file.`);
    if (info.size > limit) {
      throw new FormatError(
        `${path} has ${info.size} bytes; expected a data file of at most ${limit}.`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    passPermission(error);
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new FormatError(`${path} is missing. Put the file there, or give another folder.`, {
        cause: error,
      });
    }
    throw new FileError(
      `Cannot read ${path}: ${(error as Error).message}. Check that the file may be read.`,
      { cause: error },
    );
  }
}

/** Whether the bytes begin as a gzip stream does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** So small that what one of them unpacks to is little, whatever it is: at most 1,032 times as much. */
const PART_BYTES = 4096;

/** Bytes as a stream. A decompressor unpacks the whole of what it is handed before anyone can stop it. */
function inSmallParts(bytes: Bytes): ReadableStream<Bytes> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at += PART_BYTES));
    },
  }, { highWaterMark: 1 });
}

/** What bytes may come out of a gzip file, told by the first of them. */
export type LengthOf = (head: Uint8Array) => number;

/** So many first bytes tell how many there are. */
const HEAD_BYTES = 64;

/**
 * Undoes gzip, into memory of the length that the first bytes tell: a small file cannot fill more.
 *
 * @param bytes The compressed bytes.
 * @param name The file's name, for messages.
 * @param lengthOf How many bytes there are, given the first of them; it may throw.
 * @throws {FormatError} If the stream is damaged or cut short, or other than so many bytes come out.
 */
export async function gunzip(bytes: Bytes, name: string, lengthOf: LengthOf): Promise<Bytes> {
  let whole: Bytes | undefined;
  let head: Bytes = new Uint8Array(0);
  let at = 0;
  const take = (part: Uint8Array) => {
    const room = whole!.length - at;
    if (part.length > room) {
      throw new FormatError(
        `${name} unpacks to more than the ${whole!.length} bytes it speaks of.`,
      );
    }
    whole!.set(part, at);
    at += part.length;
  };
  const begin = () => {
    const length = lengthOf(head);
    // Deflate shrinks to a 1,032nd at most.
    if (length > MAX_SOURCE_BYTES || length > 1032 * bytes.length) {
      throw new FormatError(
        `${name} claims to unpack to ${length} bytes, which ${bytes.length} bytes of gzip do not.`,
      );
    }
    whole = new Uint8Array(length);
    take(head);
  };
  try {
    const stream = inSmallParts(bytes).pipeThrough(new DecompressionStream("gzip"));
    for await (const part of stream) {
      if (whole !== undefined) {
        take(part);
        continue;
      }
      head = new Uint8Array([...head, ...part.subarray(0, HEAD_BYTES)]);
      if (head.length < HEAD_BYTES) continue;
      begin();
      take(part.subarray(HEAD_BYTES));
    }
    if (whole === undefined) begin();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      `${name} is a damaged or truncated gzip file (${(error as Error).message}). Fetch it again.`,
      { cause: error },
    );
  }
  return at === whole!.length ? whole! : whole!.subarray(0, at);
}
