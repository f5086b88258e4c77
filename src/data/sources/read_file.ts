/**
 * Reading a data set's source file whole, within bounds, and undoing gzip.
 *
 * @module
 */

import { FileError, FormatError } from "../../errors.ts";

/** No source file of a data set is larger; a file or a gzip stream that is, is refused. */
export const MAX_SOURCE_BYTES: number = 2 ** 31;

/** Bytes in a buffer of their own, as the cryptography and compression functions want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a file whole.
 *
 * @throws {FormatError} If there is no such file, it is not a file, or it is above 2 GiB.
 * @throws {FileError} If it cannot be read.
 */
export async function readSourceFile(path: string): Promise<Bytes> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) throw new FormatError(`${path} is not a file; expected a data file.`);
    if (info.size > MAX_SOURCE_BYTES) {
      throw new FormatError(
        `${path} has ${info.size} bytes; expected a data file of at most ${MAX_SOURCE_BYTES}.`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
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

/**
 * Undoes gzip.
 *
 * @param bytes The compressed bytes.
 * @param name The file's name, for messages.
 * @param limit The most bytes that may come out, so that a small file cannot fill the memory.
 * @throws {FormatError} If the stream is damaged or cut short, or more than `limit` bytes come out.
 */
export async function gunzip(
  bytes: Bytes,
  name: string,
  limit: number = MAX_SOURCE_BYTES,
): Promise<Bytes> {
  const parts: Bytes[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    for await (const part of stream) {
      length += part.length;
      if (length > limit) {
        throw new FormatError(
          `${name} unpacks to more than ${limit} bytes; that is not a data file.`,
        );
      }
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      `${name} is a damaged or truncated gzip file (${(error as Error).message}). Fetch it again.`,
      { cause: error },
    );
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
