/**
 * The table of files of a zip archive, zip64 included, with every claim in it checked before use.
 *
 * @module
 */

import { crc32, inflateRawSync } from "node:zlib";
import { type Bad, type FileReader, quote } from "./file_reader.ts";

/** A file in an archive, or a folder: the name of such a one ends in `/`. */
export interface ZipEntry {
  /** The entry's path in the archive, with `/` between folders. */
  readonly name: string;
  /** How large it is unpacked. */
  readonly size: number;
  /** How large it is in the archive. */
  readonly packedSize: number;
  /** Whether the entry is packed with deflate; otherwise it lies in the archive as it is. */
  readonly deflated: boolean;
  /** The CRC-32 of what is in it, as the table says. */
  readonly crc: number;
  /** Where the entry's own header begins in the archive. */
  readonly offset: number;
  /** Up to where its header and content may reach. */
  readonly limit: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const FILE = 0x04034b50;
const endBytes = 22;
const longestComment = 0xffff;
const mostTableBytes = 2 ** 26;
const mostEntries = 200_000;
const chunkBytes = 2 ** 22;

/** What says that a file is encrypted, in one way or another. */
const encrypted = 0x2041;
/** Says that sizes and checksum stand behind the content. */
const sizesBehind = 8;
/** An attribute of folders. */
const isFolder = 0x10;

/** What is packed beyond this ratio is a trap, unless all of it is small: weights and libraries hardly shrink. */
const mostRatio = 100;
const alwaysAllowed = 2 ** 24;

/**
 * Reads the table of files: by name, in the order in which they lie in the archive. What other readers could read in
 * another way is refused, so that they see the same files.
 *
 * @param file The archive.
 * @param bad Throws the error for an archive that is not sound.
 */
export function readZipTable(file: FileReader, bad: Bad): Map<string, ZipEntry> {
  const { count, at, bytes, end: tableEnd } = findTable(file, bad);
  const table = file.read(at, bytes);
  const found: ZipEntry[] = [];
  let next = 0;
  let small = 0;
  for (let i = 0; i < count; i++) {
    const { entry, end } = readEntry(table, next, i, at, bad);
    found.push(entry);
    next = end;
    // Many small ones are as good as a large one.
    small += Math.max(0, entry.size - entry.packedSize * mostRatio);
    if (small > alwaysAllowed) {
      bad(
        `its files claim to unpack to much more than the archive has, as ${quote(entry.name)} does`,
      );
    }
  }
  if (next !== bytes || at + bytes !== tableEnd) {
    bad("its table of files has bytes that belong to no file");
  }
  return checkPlaces(found, at, bad);
}

/** Where the table lies: the record at the archive's end says it, or the one for large archives that it points to. */
function findTable(
  file: FileReader,
  bad: Bad,
): { count: number; at: number; bytes: number; end: number } {
  const tailAt = Math.max(0, file.size - endBytes - longestComment);
  const tail = file.read(tailAt, file.size - tailAt);
  const view = viewOf(tail);
  let end = tail.length - endBytes;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint16(end + 20, true) !== tail.length - end - endBytes) {
    bad(
      "it begins as a zip archive, and the table of files at its end is missing: it is truncated",
    );
  }
  let disks = view.getUint32(end + 4, true);
  let count = view.getUint16(end + 10, true);
  let bytes = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  let tableEnd = tailAt + end;
  const locatorAt = tableEnd - 20;
  const locator = locatorAt >= 0 ? viewOf(file.read(locatorAt, 20)) : undefined;
  if (locator?.getUint32(0, true) === LOCATOR64) {
    tableEnd = whole(locator, 8, bad);
    if (tableEnd + 56 > locatorAt) bad("its record for large archives lies outside");
    const record = viewOf(file.read(tableEnd, 56));
    if (record.getUint32(0, true) !== END64) bad("its record for large archives is damaged");
    disks = record.getUint32(16, true) | record.getUint32(20, true);
    count = whole(record, 32, bad);
    bytes = whole(record, 40, bad);
    at = whole(record, 48, bad);
  }
  if (disks !== 0) bad("it is a part of an archive in several parts");
  if (at + bytes > tableEnd) bad("its table of files lies outside");
  if (bytes > mostTableBytes || count > mostEntries) {
    bad(`its table of ${count} files takes ${bytes} bytes, more than any sound archive's`);
  }
  return { count, at, bytes, end: tableEnd };
}

/** One entry of the table; its limit is set later. */
function readEntry(
  table: Uint8Array,
  at: number,
  index: number,
  tableAt: number,
  bad: Bad,
): { entry: ZipEntry; end: number } {
  const view = viewOf(table);
  if (at + 46 > table.length || view.getUint32(at, true) !== ENTRY) {
    bad(`entry ${index} of its table of files is damaged`);
  }
  const nameAt = at + 46;
  const extraAt = nameAt + view.getUint16(at + 28, true);
  const commentAt = extraAt + view.getUint16(at + 30, true);
  const end = commentAt + view.getUint16(at + 32, true);
  if (end > table.length) bad(`entry ${index} of its table of files is damaged`);
  const name = new TextDecoder().decode(table.subarray(nameAt, extraAt));
  checkName(name, bad);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if ((flags & encrypted) !== 0) bad(`its file ${quote(name)} is encrypted`);
  if (method !== 0 && method !== 8) {
    bad(`its file ${quote(name)} is packed by method ${method}; what can be read is deflate`);
  }
  if (view.getUint16(at + 34, true) !== 0) bad("it is a part of an archive in several parts");
  const small = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  const [size, packedSize, offset] = large(viewOf(table.subarray(extraAt, commentAt)), small, bad);
  if (method === 0 && size !== packedSize) {
    bad(`its file ${quote(name)} has ${packedSize} bytes and claims ${size}`);
  }
  if (size > alwaysAllowed && size > packedSize * mostRatio) {
    bad(`its file ${quote(name)} claims to unpack from ${packedSize} to ${size} bytes`);
  }
  // libtorch takes the attribute or the name for it, and then leaves weights as the memory happens to be.
  const attributes = view.getUint32(at + 38, true);
  if (name.endsWith("/") ? size !== 0 : (attributes & isFolder) !== 0) {
    bad(`its file ${quote(name)} is a folder, too`);
  }
  const crc = view.getUint32(at + 16, true);
  const entry = { name, size, packedSize, deflated: method === 8, crc, offset, limit: tableAt };
  return { entry, end };
}

/** Numbers that do not fit four bytes stand in an extra field, in order, for those that are all ones. */
function large(extra: DataView, small: number[], bad: Bad): number[] {
  if (!small.includes(0xffffffff)) return small;
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (at + 4 + length > extra.byteLength) break;
    if (extra.getUint16(at, true) === 1) {
      let next = at + 4;
      return small.map((value) => {
        if (value !== 0xffffffff) return value;
        if (next + 8 > at + 4 + length) bad("the size of a large file in it is missing");
        next += 8;
        return whole(extra, next - 8, bad);
      });
    }
    at += 4 + length;
  }
  return bad("the size of a large file in it is missing");
}

/** A name must be a path below the folder that somebody may unpack it to. */
function checkName(name: string, bad: Bad): void {
  const parts = name.replace(/\/$/, "").split("/");
  // deno-lint-ignore no-control-regex
  const odd = /[\\:\x00-\x1f]/.test(name);
  if (odd || parts.some((part) => part === "" || part === "." || part === "..")) {
    bad(`the path ${quote(name)} in it leads out of its own folder`);
  }
}

/** No file may lie over another or over the table, and no name may come twice. */
function checkPlaces(found: ZipEntry[], tableAt: number, bad: Bad): Map<string, ZipEntry> {
  const byPlace = found.toSorted((a, b) => a.offset - b.offset);
  const entries = new Map<string, ZipEntry>();
  byPlace.forEach((entry, i) => {
    const limit = byPlace[i + 1]?.offset ?? tableAt;
    if (entry.offset + 30 + entry.packedSize > limit) {
      bad(
        i + 1 < byPlace.length
          ? `its files ${quote(entry.name)} and ${quote(byPlace[i + 1].name)} overlap`
          : `its file ${quote(entry.name)} lies outside`,
      );
    }
    if (entries.has(entry.name)) bad(`the path ${quote(entry.name)} comes twice in it`);
    entries.set(entry.name, { ...entry, limit });
  });
  return entries;
}

/** The place of an entry's content in the archive. Its own header must say the same as the table. */
export function contentOf(
  file: FileReader,
  entry: ZipEntry,
  bad: Bad,
): { begin: number; end: number } {
  const header = viewOf(file.read(entry.offset, 30));
  const name = quote(entry.name);
  if (header.getUint32(0, true) !== FILE) bad(`its file ${name} is not where the table says`);
  const given = [14, 18, 22].map((at) => header.getUint32(at, true));
  const wanted = [entry.crc, entry.packedSize, entry.size];
  const elsewhere = (header.getUint16(6, true) & sizesBehind) !== 0 || given[1] === 0xffffffff;
  if (
    header.getUint16(8, true) !== (entry.deflated ? 8 : 0) ||
    (!elsewhere && given.some((value, i) => value !== wanted[i]))
  ) bad(`its file ${name} is not what the table says`);
  const nameLength = header.getUint16(26, true);
  const begin = entry.offset + 30 + nameLength + header.getUint16(28, true);
  const end = begin + entry.packedSize;
  if (end > entry.limit) bad(`its file ${name} lies over what follows it`);
  const own = new TextDecoder().decode(file.read(entry.offset + 30, nameLength));
  if (own !== entry.name) bad(`its file ${name} calls itself ${quote(own)}`);
  return { begin, end };
}

/** An entry's content, unpacked. `most` is how large it may be. */
export function unpackEntry(
  file: FileReader,
  entry: ZipEntry,
  bad: Bad,
  most: number = Infinity,
): Uint8Array {
  if (entry.size > most) bad(`its file ${quote(entry.name)} has ${entry.size} bytes`);
  const { begin, end } = contentOf(file, entry, bad);
  const packed = file.read(begin, end - begin);
  if (!entry.deflated) return packed;
  let bytes: Uint8Array | undefined;
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) });
  } catch {
    // Damaged, or more than it claims: both are said below.
  }
  if (bytes?.length !== entry.size) {
    return bad(
      `its file ${quote(entry.name)} does not unpack to the ${entry.size} bytes it claims`,
    );
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Compares an entry's content with its checksum. */
export function checkSum(file: FileReader, entry: ZipEntry, bad: Bad): void {
  let crc = 0;
  if (entry.deflated) {
    crc = crc32(unpackEntry(file, entry, bad));
  } else {
    const { begin, end } = contentOf(file, entry, bad);
    for (let at = begin; at < end; at += chunkBytes) {
      crc = crc32(file.read(at, Math.min(chunkBytes, end - at)), crc);
    }
  }
  if (crc !== entry.crc) bad(`the checksum of its file ${quote(entry.name)} is wrong`);
}

/** A number of eight bytes. */
function whole(view: DataView, at: number, bad: Bad): number {
  const value = Number(view.getBigUint64(at, true));
  return Number.isSafeInteger(value) ? value : bad("it claims a size beyond 2^53");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
