/**
 * Unpacking a zip archive, such as a Python wheel, without holding it in memory.
 *
 * Only what wheels are made of is read: stored and deflated files, no encryption, no zip64. The table at
 * the archive's end is what counts; every size and position in it is checked before use.
 *
 * @module
 */

import { FormatError } from "../errors.ts";

/** A file in an archive. */
export interface ZipEntry {
  /** Its path in the archive, with `/` between folders. */
  name: string;
  /** How large it is unpacked. */
  size: number;
  /** How large it is in the archive. */
  packedSize: number;
  /** Whether it is packed with deflate; otherwise it is stored as it is. */
  deflated: boolean;
  /** Where its own header begins in the archive. */
  offset: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const FILE_SIGNATURE = 0x04034b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;

/**
 * Unpacks files of an archive.
 *
 * @param archive The archive's path.
 * @param folder Where to put them.
 * @param where Given a file's name in the archive, its path below `folder`, or undefined to leave it out.
 * @param onBytes Called now and then with the number of unpacked bytes so far and how many there will be.
 * @returns How many files were unpacked.
 * @throws {FormatError} If the archive is truncated or damaged, or a path leads out of `folder`.
 */
export async function unzip(
  archive: string,
  folder: string,
  where: (name: string) => string | undefined,
  onBytes: (done: number, total: number) => void = () => {},
): Promise<number> {
  using file = await Deno.open(archive);
  const wanted: { entry: ZipEntry; path: string }[] = [];
  for (const entry of await readEntries(file, archive)) {
    if (entry.name.endsWith("/")) continue;
    const path = where(entry.name);
    if (path === undefined) continue;
    if (!isInside(path)) {
      throw new FormatError(`${archive}: the path ${JSON.stringify(entry.name)} leads out of it.`);
    }
    wanted.push({ entry, path });
  }
  const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
  let done = 0;
  const made = new Set<string>();
  for (const { entry, path } of wanted) {
    const target = `${folder}/${path}`;
    const parent = target.slice(0, target.lastIndexOf("/"));
    if (!made.has(parent)) await Deno.mkdir(parent, { recursive: true });
    made.add(parent);
    using output = await Deno.open(target, { write: true, createNew: true });
    let size = 0;
    for await (const chunk of content(file, archive, entry)) {
      size += chunk.length;
      if (size > entry.size) break;
      for (let at = 0; at < chunk.length;) at += output.writeSync(chunk.subarray(at));
      onBytes(done + size, total);
    }
    if (size !== entry.size) throw damaged(archive, `${entry.name} is not of the size it claims`);
    done += size;
  }
  return wanted.length;
}

/** Whether a path stays below the folder that it is appended to. */
function isInside(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    !/[\\:\0]/.test(path);
}

/** The table of files. */
async function readEntries(file: Deno.FsFile, archive: string): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  const tail = await readAt(file, archive, Math.max(0, size - END_SIZE - LONGEST_COMMENT), size);
  const end = view(tail);
  let at = tail.length - END_SIZE;
  while (at >= 0 && end.getUint32(at, true) !== END_SIGNATURE) at--;
  if (at < 0) throw damaged(archive, "the table of files at its end is missing");
  const count = end.getUint16(at + 10, true);
  const tableSize = end.getUint32(at + 12, true);
  const tableAt = end.getUint32(at + 16, true);
  if (count === 0xffff || tableAt === 0xffffffff) {
    throw new FormatError(`${archive}: zip64 archives are not supported.`);
  }
  if (tableAt + tableSize > size) throw damaged(archive, "the table of files lies outside");
  const table = await readAt(file, archive, tableAt, tableAt + tableSize);
  const data = view(table);
  const entries: ZipEntry[] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    if (next + 46 > tableSize || data.getUint32(next, true) !== ENTRY_SIGNATURE) {
      throw damaged(archive, `entry ${i} of ${count} in the table of files`);
    }
    const flags = data.getUint16(next + 8, true);
    const method = data.getUint16(next + 10, true);
    const packedSize = data.getUint32(next + 20, true);
    const nameLength = data.getUint16(next + 28, true);
    const extraLength = data.getUint16(next + 30, true);
    const commentLength = data.getUint16(next + 32, true);
    const offset = data.getUint32(next + 42, true);
    const nameAt = next + 46;
    next = nameAt + nameLength + extraLength + commentLength;
    if (next > tableSize) throw damaged(archive, `entry ${i} of ${count} in the table of files`);
    const name = new TextDecoder().decode(table.subarray(nameAt, nameAt + nameLength));
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
      throw new FormatError(`${archive}: ${name} is packed in a way that is not supported.`);
    }
    if (offset + packedSize > tableAt) throw damaged(archive, `${name} lies outside`);
    entries.push({
      name,
      size: data.getUint32(nameAt - 22, true),
      packedSize,
      deflated: method === 8,
      offset,
    });
  }
  return entries;
}

/** A file's content, unpacked, piece by piece. */
async function* content(
  file: Deno.FsFile,
  archive: string,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  const header = await readAt(file, archive, entry.offset, entry.offset + 30);
  const data = view(header);
  if (data.getUint32(0, true) !== FILE_SIGNATURE) throw damaged(archive, entry.name);
  let at = entry.offset + 30 + data.getUint16(26, true) + data.getUint16(28, true);
  const end = at + entry.packedSize;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (at >= end) return controller.close();
      const piece = await readAt(file, archive, at, Math.min(end, at + (1 << 18)));
      at += piece.length;
      controller.enqueue(piece);
    },
  });
  const unpacked = entry.deflated
    ? packed.pipeThrough(new DecompressionStream("deflate-raw"))
    : packed;
  try {
    yield* unpacked;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw damaged(archive, `${entry.name}: ${(error as Error).message}`);
  }
}

/** The bytes from `start` to `end`. */
async function readAt(
  file: Deno.FsFile,
  archive: string,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - start);
  file.seekSync(start, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const n = await file.read(bytes.subarray(at));
    if (n === null) throw damaged(archive, "it ends too early");
    at += n;
  }
  return bytes;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(archive: string, what: string): FormatError {
  return new FormatError(
    `${archive}: not a zip archive, or truncated or damaged (${what}). Fetch it again.`,
  );
}
