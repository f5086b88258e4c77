/**
 * What is in a tar file and where, from its headers alone.
 *
 * @module
 */

import { FileError, FormatError } from "../../base/errors.ts";
import { passPermission, statFileSync } from "../../base/regular_files.ts";

/** A file in a tar file. */
export interface TarEntry {
  readonly name: string;
  /** Where the file's bytes begin. */
  readonly offset: number;
  readonly length: number;
}

const BLOCK = 512;
/** Longer names are not taken; the largest header's body that is read. */
const MAX_NAME_BYTES = 65_536;

/**
 * Lists the files in a tar file: of the formats ustar, GNU and pax.
 *
 * @param path The tar file.
 * @param visit Called for each file, in order, with a function that reads bytes of the tar file.
 * @throws {FileError} If it cannot be read.
 * @throws {FormatError} If it is damaged, cut short, compressed or no tar file.
 */
export function readTar(
  path: string,
  visit: (entry: TarEntry, read: (offset: number, length: number) => Uint8Array) => void,
): void {
  statFileSync(path);
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    passPermission(error);
    throw new FileError(
      `Cannot read ${path}: ${(error as Error).message}. Check that the file is there.`,
      { cause: error },
    );
  }
  try {
    const { size } = file.statSync();
    // Headers are often close together: several are read at once.
    const window = new Uint8Array(64 * BLOCK);
    let [windowAt, windowLength] = [0, 0];
    const fill = (into: Uint8Array, offset: number): number => {
      file.seekSync(offset, Deno.SeekMode.Start);
      let at = 0;
      while (at < into.length) {
        const count = file.readSync(into.subarray(at));
        if (count === null) break;
        at += count;
      }
      return at;
    };
    const read = (offset: number, length: number): Uint8Array => {
      if (length > window.length) {
        const bytes = new Uint8Array(length);
        if (fill(bytes, offset) < length) throw cutShort(path, size);
        return bytes;
      }
      if (offset < windowAt || offset + length > windowAt + windowLength) {
        [windowAt, windowLength] = [offset, fill(window, offset)];
        if (windowLength < length) throw cutShort(path, size);
      }
      return window.slice(offset - windowAt, offset - windowAt + length);
    };
    walk(path, size, read, visit);
  } finally {
    file.close();
  }
}

function cutShort(path: string, size: number): FormatError {
  return new FormatError(`${path} is cut short: it ends after ${size} bytes. Fetch it again.`);
}

function walk(
  path: string,
  size: number,
  read: (offset: number, length: number) => Uint8Array,
  visit: (entry: TarEntry, read: (offset: number, length: number) => Uint8Array) => void,
): void {
  if (size >= 2 && read(0, 2).join() === "31,139") {
    throw new FormatError(
      `${path} is compressed; unpack it to a plain .tar, whose images can be read one by one.`,
    );
  }
  let longName: string | undefined;
  let pax: Map<string, string> = new Map();
  for (let at = 0; at + BLOCK <= size;) {
    const header = read(at, BLOCK);
    if (header.every((byte) => byte === 0)) {
      // Two such blocks end the archive.
      return;
    }
    checkHeader(header, path, at);
    const type = String.fromCharCode(header[156]);
    const stated = pax.get("size");
    const length = stated === undefined ? readNumber(header.subarray(124, 136)) : Number(stated);
    const offset = at + BLOCK;
    if (!Number.isSafeInteger(length) || length < 0 || offset + length > size) {
      throw new FormatError(
        `${path}: the file at byte ${at} claims to have ${length} bytes, more than there are. ` +
          `Fetch it again.`,
      );
    }
    at = offset + Math.ceil(length / BLOCK) * BLOCK;
    if (type === "L" || type === "x" || type === "K" || type === "g") {
      if (type === "K" || type === "g") continue;
      if (length > MAX_NAME_BYTES) {
        throw new FormatError(`${path}: a file's name at byte ${offset} has ${length} bytes.`);
      }
      const body = read(offset, length);
      if (type === "L") longName = text(body);
      else pax = readPax(body);
      continue;
    }
    // GNU's own format has a space where ustar's has a 0, and times where that has the name's beginning.
    const ustar = text(header.subarray(257, 263)) === "ustar" && header[262] === 0;
    const prefix = ustar ? text(header.subarray(345, 500)) : "";
    const short = text(header.subarray(0, 100));
    const name = pax.get("path") ?? longName ?? (prefix === "" ? short : `${prefix}/${short}`);
    longName = undefined;
    pax = new Map();
    if (type === "0" || type === "\0" || type === "7") visit({ name, offset, length }, read);
  }
  // Without the blocks at its end it may lack files too.
  throw cutShort(path, size);
}

/** Bytes up to the first 0, as UTF-8. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Octal digits, or, for large numbers, bytes behind a set bit. */
function readNumber(bytes: Uint8Array): number {
  if (bytes[0] & 0x80) {
    return bytes.subarray(1).reduce((value, byte) => value * 256 + byte, bytes[0] & 0x7f);
  }
  const digits = text(bytes).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : NaN;
}

/** A header's checksum is the sum of its bytes, those of the checksum itself taken as spaces. */
function checkHeader(header: Uint8Array, path: string, at: number): void {
  let sum = 8 * 32;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i];
  if (sum === readNumber(header.subarray(148, 156))) return;
  throw new FormatError(`${path} is damaged or no tar file: there is no header at byte ${at}.`);
}

/** Records of the form "length key=value\n". */
function readPax(body: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(32, at);
    if (space < 0) break;
    const length = Number(text(body.subarray(at, space)));
    if (!Number.isSafeInteger(length) || length <= space - at) break;
    const record = new TextDecoder().decode(body.subarray(space + 1, at + length - 1));
    const equals = record.indexOf("=");
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
