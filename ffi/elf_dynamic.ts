/**
 * What a library of Linux says of the libraries that it needs: their names, and the folders that it is to find them in.
 *
 * @module
 */

/** The part of a library that the system's loader reads first. */
export interface Dynamic {
  /** The names of the libraries that it needs. */
  readonly needed: readonly string[];
  /** The folders that it names to look in, `$ORIGIN` being its own. */
  readonly folders: readonly string[];
  /** Whether the folders serve the libraries that this one loads in turn, too. */
  readonly inherited: boolean;
}

/** Numbers of ELF's kinds of segments, and of entries of the dynamic one. */
const LOAD = 1;
const DYNAMIC = 2;
const NEEDED = 1;
const STRINGS = 5;
const RPATH = 15;
const RUNPATH = 29;

/** No sound library is beyond these: bytes of its dynamic segment, of a text in it, and how many segments it has. */
const MOST_DYNAMIC = 1 << 16;
const MOST_TEXT = 1 << 14;
const MOST_SEGMENTS = 512;

/**
 * Reads a library's dynamic segment.
 *
 * @returns Null if it cannot be read, or is no library for Linux of 64 bits.
 * @throws {Deno.errors.NotCapable} If reading was not permitted.
 */
export function readDynamic(path: string): Dynamic | null {
  let file: Deno.FsFile;
  try {
    if (!Deno.statSync(path).isFile) return null;
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
  try {
    return dynamicOf((at, length) => readAt(file, at, length));
  } finally {
    file.close();
  }
}

type Read = (at: number, length: number) => DataView<ArrayBuffer>;

function dynamicOf(read: Read): Dynamic | null {
  const head = read(0, 64);
  if (head.byteLength < 64 || head.getUint32(0) !== 0x7f454c46) return null;
  if (head.getUint8(4) !== 2 || head.getUint8(5) !== 1) return null;
  const count = Math.min(head.getUint16(56, true), MOST_SEGMENTS);
  const table = read(word(head, 32), count * 56);
  const loaded: { address: number; offset: number; size: number }[] = [];
  let dynamic: DataView<ArrayBuffer> | undefined;
  for (let at = 0; at + 56 <= table.byteLength; at += 56) {
    const [offset, address, size] = [
      word(table, at + 8),
      word(table, at + 16),
      word(table, at + 32),
    ];
    const kind = table.getUint32(at, true);
    if (kind === LOAD) loaded.push({ address, offset, size });
    if (kind === DYNAMIC) dynamic = read(offset, Math.min(size, MOST_DYNAMIC));
  }
  if (dynamic === undefined) return null;
  const needed: number[] = [];
  let [strings, folders, inherited]: [number?, number?, boolean?] = [];
  for (let at = 0; at + 16 <= dynamic.byteLength; at += 16) {
    const [tag, value] = [word(dynamic, at), word(dynamic, at + 8)];
    if (tag === 0) break;
    if (tag === NEEDED) needed.push(value);
    if (tag === STRINGS) strings = value;
    // Where both are there, the older one does not count.
    if (tag === RUNPATH) [folders, inherited] = [value, false];
    if (tag === RPATH && folders === undefined) [folders, inherited] = [value, true];
  }
  const part = loaded.find(({ address, size }) =>
    strings !== undefined && strings >= address && strings < address + size
  );
  if (part === undefined || strings === undefined) {
    return { needed: [], folders: [], inherited: false };
  }
  const base = strings - part.address + part.offset;
  const text = (at: number): string => {
    const bytes = new Uint8Array(read(base + at, MOST_TEXT).buffer);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
  };
  return {
    needed: needed.map(text),
    folders: folders === undefined
      ? []
      : text(folders).split(":").filter((folder) => folder !== ""),
    inherited: inherited ?? false,
  };
}

/** A number of 64 bits; one that no file has room for becomes the largest that is exact. */
function word(view: DataView, at: number): number {
  return Math.min(Number(view.getBigUint64(at, true)), Number.MAX_SAFE_INTEGER);
}

/** The bytes from a place on, fewer where the file ends. */
function readAt(file: Deno.FsFile, at: number, length: number): DataView<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let have = 0;
  // Beyond the end there is nothing, and what is far beyond cannot be asked for.
  if (at < file.statSync().size) {
    file.seekSync(at, Deno.SeekMode.Start);
    while (have < length) {
      const count = file.readSync(bytes.subarray(have));
      if (count === null) break;
      have += count;
    }
  }
  return new DataView(bytes.slice(0, have).buffer);
}
