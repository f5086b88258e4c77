/**
 * Reading the head of a safetensors file.
 *
 * @module
 */

import { isSafetensors, otherFormat } from "../archive/other_formats.ts";
import { FormatError } from "../base/errors.ts";
import { readProblem } from "../base/regular_files.ts";
import type { DType } from "./dtype.ts";
import { CHECKSUMS, readChecksums } from "./safetensors_checksums.ts";
import { type Entry, parseHeader } from "./safetensors_header.ts";

/** By element size, largest first, as the format's own library writes: every tensor lies aligned. */
export const formatNames: Partial<Record<DType, string>> = {
  uint64: "U64",
  int64: "I64",
  float64: "F64",
  complex64: "C64",
  float32: "F32",
  uint32: "U32",
  int32: "I32",
  bfloat16: "BF16",
  float16: "F16",
  uint16: "U16",
  int16: "I16",
  float8_e8m0fnu: "F8_E8M0",
  float8_e4m3fnuz: "F8_E4M3FNUZ",
  float8_e5m2fnuz: "F8_E5M2FNUZ",
  float8_e4m3fn: "F8_E4M3",
  float8_e5m2: "F8_E5M2",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/** The longest header that is read or written; the format's own library has the same limit. */
export const mostHeaderBytes = 100000000;
const mostDimensions = 64;
/** Fills `bytes` from the file's place `at` on; returns how many there were. */
export function readAt(path: string, file: Deno.FsFile, at: number, bytes: Uint8Array): number {
  try {
    file.seekSync(at, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = file.readSync(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return filled;
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/** What the head of a safetensors file says. */
interface SafetensorsHead {
  /** The tensors, in the order of their bytes. */
  entries: Entry[];
  /** The strings beside them, without the checksums. */
  metadata: Record<string, string>;
  /** Where the tensors' bytes begin. */
  start: number;
  /** The CRC-32 of each tensor's bytes, if the file has checksums. */
  checksums?: number[];
}

/** Reads and checks the header of an open safetensors file. */
export function readHeader(path: string, file: Deno.FsFile): SafetensorsHead {
  const bad = (what: string): never => {
    throw new FormatError(
      `${path} is not a sound safetensors file: ${what}. Fetch or write the file anew.`,
    );
  };
  let size: number;
  try {
    size = file.statSync().size;
  } catch (cause) {
    throw readProblem(path, cause);
  }
  const begin = new Uint8Array(512);
  const found = begin.subarray(0, readAt(path, file, 0, begin));
  const isOther = found.length > 0 && !isSafetensors(found);
  const other = isOther ? otherFormat(found) : undefined;
  if (other !== undefined) throw new FormatError(`${path} is no safetensors file but ${other}.`);
  const first = found.slice(0, 8);
  if (first.length < 8) {
    bad(`it has ${size} bytes, less than the 8 that tell the header's length`);
  }
  const length = new DataView(first.buffer).getBigUint64(0, true);
  if (length > BigInt(mostHeaderBytes)) {
    bad(`it claims a header of ${length} bytes; at most ${mostHeaderBytes} are allowed`);
  }
  if (length > BigInt(size - 8)) {
    bad(`it claims a header of ${length} bytes, and only ${size - 8} bytes follow`);
  }
  const bytes = new Uint8Array(Number(length));
  if (readAt(path, file, 8, bytes) < bytes.length) bad("it became shorter while it was read");
  const start = 8 + bytes.length;
  const { entries, metadata } = parseHeader(bytes, size - start, formatNames, mostDimensions, bad);
  const { [CHECKSUMS]: text, ...rest } = metadata;
  if (text === undefined) return { entries, metadata, start };
  const head = new Uint8Array(start);
  head.set(first);
  head.set(bytes, 8);
  const checksums = readChecksums(path, head, text, entries.length);
  return { entries, metadata: rest, start, checksums };
}
