/**
 * Text files of lines, such as lists of images.
 *
 * @module
 */

import { FileError, FormatError } from "../../base/errors.ts";
import { passPermission, statFileSync } from "../../base/regular_files.ts";

/** More than any list of images has; a larger file is refused. */
const MAX_TEXT_BYTES = 2 ** 28;
/** Paths and labels are not longer; a file with a longer line is refused once that has been read. */
const MAX_LINE_BYTES = 65_536;
const CHUNK_BYTES = 2 ** 20;
const LINE_END = 10;

/**
 * Reads a text file in UTF-8.
 *
 * @throws {FileError} If it is not there, no file or cannot be read.
 * @throws {FormatError} If it is too large, or a line of it is too long, to be a list.
 * @throws {Deno.errors.NotCapable} If reading it was not permitted.
 */
export function readText(path: string): string {
  const { size } = statFileSync(path);
  if (size > MAX_TEXT_BYTES) {
    throw new FormatError(
      `${path} has ${size} bytes; a list has at most ${MAX_TEXT_BYTES}. Check that it is one.`,
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = readLineBytes(path, size);
  } catch (error) {
    passPermission(error);
    if (error instanceof FormatError) throw error;
    throw new FileError(
      `Cannot read ${path}: ${(error as Error).message}. Check that the file may be read.`,
      { cause: error },
    );
  }
  return new TextDecoder().decode(bytes);
}

/** The file's bytes; what is no text ends it early, after its first long line. */
function readLineBytes(path: string, size: number): Uint8Array {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(size);
  let [at, lineStart, line] = [0, 0, 1];
  while (at < size) {
    const count = file.readSync(bytes.subarray(at, at + CHUNK_BYTES));
    if (count === null) break;
    const end = at + count;
    for (let next; (next = bytes.subarray(0, end).indexOf(LINE_END, at)) >= 0;) {
      checkLine(next - lineStart);
      at = lineStart = next + 1;
      line++;
    }
    at = end;
    checkLine(at - lineStart);
  }
  return bytes.subarray(0, at);

  function checkLine(length: number): void {
    if (length <= MAX_LINE_BYTES) return;
    throw new FormatError(
      `${path}, line ${line}: it has more than ${MAX_LINE_BYTES} bytes; that is no list.`,
    );
  }
}

/** A text's lines that are not empty, with their numbers from 1. */
export function* linesOf(text: string): Generator<[number: number, line: string]> {
  let number = 0;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    number++;
    if (line !== "") yield [number, line];
  }
}
