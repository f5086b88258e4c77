/**
 * Looks at a TorchScript file before libtorch does: a zip archive of weights and code, whose checksums
 * libtorch's own reader leaves unread.
 *
 * @module
 */

import { crc32, inflateRawSync } from "node:zlib";
import { FileError, FormatError } from "../errors.ts";
import { checkPickle } from "./script_pickle.ts";

/** A file in the archive. */
interface Entry {
  name: string;
  crc: number;
  size: number;
  packedSize: number;
  deflated: boolean;
  offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const LONGEST_COMMENT = 0xffff;

/** The most bytes that the packed files, which are source code, may have when unpacked. */
const MOST_UNPACKED = 256 * 2 ** 20;
const CHUNK = 2 ** 22;

/** What else a file may be, by its first bytes. */
const OTHERS: readonly [(head: Uint8Array, text: string) => boolean, string][] = [
  [(head) => head.length === 0, "an empty file"],
  [
    (head) => head[0] === 0x80 && head[1] >= 2 && head[1] <= 5,
    "a pickle, such as a checkpoint of PyTorch before 1.6, which holds weights without code",
  ],
  [
    (_, text) => /^.{5}\0\0\0\{/s.test(text),
    "a safetensors file, which holds weights without code",
  ],
  [(_, text) => text.startsWith("\x89HDF"), "an HDF5 file"],
  [(_, text) => text.startsWith("\x93NUMPY"), "a NumPy array"],
  [(_, text) => text.startsWith("GGUF"), "a GGUF file"],
  [(_, text) => text.slice(4, 8) === "PTMF", "a PyTorch Mobile module in the flatbuffer format"],
  [(head) => head[0] === 0x1f && head[1] === 0x8b, "a gzip file: unpack it first"],
  [
    (_, text) => text.startsWith("version https://git-lfs"),
    "a Git LFS pointer: fetch the file itself with `git lfs pull`",
  ],
  [(_, text) => /^\s*</.test(text), "an HTML or XML page, perhaps of a download that failed"],
  [(head) => head[0] === 0x08 && head[1] < 32, "perhaps an ONNX model"],
];

/**
 * Checks that a file is a whole TorchScript archive: its table, the place and size of every file in it, and
 * every checksum.
 *
 * @throws {FileError} if it cannot be read.
 * @throws {FormatError} if it is damaged, or is something else: the message says what.
 */
export function checkScriptArchive(path: string): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
    if (!file.statSync().isFile) {
      file.close();
      throw new Error("it is no file");
    }
  } catch (cause) {
    throw new FileError(`Cannot read the TorchScript file ${path}: ${(cause as Error).message}.`, {
      cause,
    });
  }
  using _ = file;
  const { size } = file.statSync();
  const archive = new Archive(file, path, size);
  const head = archive.read(0, Math.min(size, 64));
  // The signature of a file's header, or of the end of an empty archive.
  if (head[0] !== 0x50 || head[1] !== 0x4b || head[2] > 6) {
    const text = String.fromCharCode(...head);
    const what = OTHERS.find(([is]) => is(head, text))?.[1] ?? "not a zip archive";
    throw new FormatError(`${path} is no TorchScript file: it is ${what}.`);
  }
  const entries = archive.entries();
  const root = checkKind(path, entries);
  let unpacked = 0;
  for (const entry of entries) {
    if (entry.deflated) unpacked += entry.size;
    if (unpacked > MOST_UNPACKED) {
      throw new FormatError(
        `${path} holds more than 256 MiB of packed files, which code never is.`,
      );
    }
    archive.check(entry);
  }
  const sizes = new Map(entries.map(({ name, size }) => [name, size]));
  // What else is pickled in there is not loaded.
  for (const part of ["data", "constants"]) {
    const entry = entries.find(({ name }) => name === `${root}${part}.pkl`);
    const wrong = entry &&
      checkPickle(archive.unpack(entry), (key) => sizes.get(`${root}${part}/${key}`));
    if (wrong) {
      throw new FormatError(`${path} is damaged or made to do harm: in ${part}.pkl, ${wrong}.`);
    }
  }
}

/** Refuses what is no TorchScript; returns the folder that everything is in. */
function checkKind(path: string, entries: readonly Entry[]): string {
  const roots = new Set(entries.map(({ name }) => name.slice(0, name.indexOf("/") + 1)));
  const [root] = roots;
  const has = (name: string) => entries.some((entry) => entry.name === `${root}${name}`);
  if (
    roots.size === 1 && root !== "" && has("data.pkl") && has("constants.pkl") &&
    entries.some(({ name }) => name.startsWith(`${root}code/`)) && !has("model.json")
  ) return root;
  const what = roots.size !== 1
    ? "a zip archive with something else in it"
    : has("bytecode.pkl")
    ? "a PyTorch Mobile module without its code"
    : has("model.json")
    ? "a TorchScript file of PyTorch before 1.4: load and save it again with a newer one"
    : has("archive_format")
    ? "an archive of torch.export"
    : has("data.pkl")
    ? "a PyTorch checkpoint, which holds weights without code: load those into a model that is built here"
    : "a zip archive with something else in it";
  throw new FormatError(`${path} is no TorchScript file: it is ${what}.`);
}

class Archive {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #size: number;

  constructor(file: Deno.FsFile, path: string, size: number) {
    this.#file = file;
    this.#path = path;
    this.#size = size;
  }

  #damaged(what: string): FormatError {
    return new FormatError(
      `${this.#path} is truncated or damaged: ${what}. Download or export it again.`,
    );
  }

  /** The bytes from `start` up to `end`. */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.#size)) {
      throw this.#damaged("a part of it would lie outside");
    }
    const bytes = new Uint8Array(end - start);
    this.#file.seekSync(start, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) {
      const count = this.#file.readSync(bytes.subarray(at));
      if (count === null) throw this.#damaged("it ends early");
      at += count;
    }
    return bytes;
  }

  /** The table of files, in the order in which they lie in the archive. */
  entries(): Entry[] {
    const tailAt = Math.max(0, this.#size - 22 - LONGEST_COMMENT);
    const tail = view(this.read(tailAt, this.#size));
    let at = tail.byteLength - 22;
    while (at >= 0 && tail.getUint32(at, true) !== END) at--;
    if (at < 0 || at + 22 + tail.getUint16(at + 20, true) !== tail.byteLength) {
      throw this.#damaged("the table of files at its end is missing");
    }
    const endAt = tailAt + at;
    let count = tail.getUint16(at + 10, true);
    let tableSize = tail.getUint32(at + 12, true);
    let tableAt = tail.getUint32(at + 16, true);
    const locator = endAt >= 20 ? view(this.read(endAt - 20, endAt)) : undefined;
    let tableEnd = endAt;
    if (locator?.getUint32(0, true) === LOCATOR_64) {
      tableEnd = number64(locator, 8);
      const end = view(this.read(tableEnd, tableEnd + 56));
      if (end.getUint32(0, true) !== END_64) throw this.#damaged("the table of files");
      count = number64(end, 32);
      tableSize = number64(end, 40);
      tableAt = number64(end, 48);
    }
    if (tableAt + tableSize !== tableEnd) throw this.#damaged("the table of files");
    const table = this.read(tableAt, tableEnd);
    const entries: Entry[] = [];
    let next = 0;
    while (next < table.length) {
      const [entry, length] = this.#entry(table, next);
      entries.push(entry);
      next += length;
    }
    if (entries.length !== count) throw this.#damaged("the number of files in it");
    entries.sort((a, b) => a.offset - b.offset);
    if (new Set(entries.map(({ name }) => name)).size !== count) {
      throw this.#damaged("a file is in it twice");
    }
    entries.forEach((entry, i) => {
      const dataEnd = this.#dataAt(entry) + entry.packedSize;
      if (dataEnd > (entries[i + 1]?.offset ?? tableAt)) {
        throw this.#damaged(`${quote(entry.name)} reaches into what follows it`);
      }
    });
    return entries;
  }

  #entry(table: Uint8Array<ArrayBuffer>, at: number): [Entry, number] {
    const data = view(table);
    const wrong = () => this.#damaged("an entry in the table of files");
    if (at + 46 > table.length || data.getUint32(at, true) !== CENTRAL) throw wrong();
    const flags = data.getUint16(at + 8, true);
    const method = data.getUint16(at + 10, true);
    const isFolder = (data.getUint32(at + 38, true) & 0x10) !== 0;
    const nameLength = data.getUint16(at + 28, true);
    const extraLength = data.getUint16(at + 30, true);
    const length = 46 + nameLength + extraLength + data.getUint16(at + 32, true);
    if (at + length > table.length) throw wrong();
    const name = new TextDecoder().decode(table.subarray(at + 46, at + 46 + nameLength));
    if ((flags & 0x2041) !== 0) throw this.#damaged(`${quote(name)} is encrypted`);
    if (method !== 0 && method !== 8) {
      throw this.#damaged(`${quote(name)} is packed in another way`);
    }
    // libtorch takes the attribute at its word, and then leaves weights as the memory happens to be.
    if (isFolder !== name.endsWith("/") || data.getUint16(at + 34, true) !== 0) throw wrong();
    const entry: Entry = {
      name,
      crc: data.getUint32(at + 16, true),
      packedSize: data.getUint32(at + 20, true),
      size: data.getUint32(at + 24, true),
      offset: data.getUint32(at + 42, true),
      deflated: method === 8,
    };
    const extra = data.byteOffset + at + 46 + nameLength;
    if (!readExtra64(new DataView(table.buffer, extra, extraLength), entry)) throw wrong();
    if (!entry.deflated && entry.packedSize !== entry.size) throw wrong();
    return [entry, length];
  }

  /** Where an entry's data begins; its own header must say the same as the table. */
  #dataAt(entry: Entry): number {
    const header = this.read(entry.offset, entry.offset + 30);
    const data = view(header);
    const wrong = () => this.#damaged(`the header of ${quote(entry.name)}`);
    if (data.getUint32(0, true) !== LOCAL) throw wrong();
    if (data.getUint16(8, true) !== (entry.deflated ? 8 : 0)) throw wrong();
    const given = [14, 18, 22].map((at) => data.getUint32(at, true));
    // Sizes may stand elsewhere: behind the data (bit 3), or in 64 bits.
    const elsewhere = (data.getUint16(6, true) & 8) !== 0 || given[1] === 0xffffffff;
    const wanted = [entry.crc, entry.packedSize, entry.size];
    if (!elsewhere && given.some((value, i) => value !== wanted[i])) throw wrong();
    const nameAt = entry.offset + 30;
    const nameEnd = nameAt + data.getUint16(26, true);
    if (new TextDecoder().decode(this.read(nameAt, nameEnd)) !== entry.name) throw wrong();
    return nameEnd + data.getUint16(28, true);
  }

  /** An entry's bytes, unpacked if they are packed. */
  unpack(entry: Entry): Uint8Array<ArrayBuffer> {
    const start = this.#dataAt(entry);
    const bytes = this.read(start, start + entry.packedSize);
    if (!entry.deflated) return bytes;
    let unpacked: Uint8Array<ArrayBuffer>;
    try {
      unpacked = new Uint8Array(inflateRawSync(bytes, { maxOutputLength: entry.size + 1 }));
    } catch {
      throw this.#damaged(`${quote(entry.name)} cannot be unpacked`);
    }
    if (unpacked.length !== entry.size) throw this.#damaged(`the size of ${quote(entry.name)}`);
    return unpacked;
  }

  /** Compares an entry's bytes with its checksum. */
  check(entry: Entry): void {
    const start = this.#dataAt(entry);
    let crc = 0;
    if (entry.deflated) {
      crc = crc32(this.unpack(entry));
    } else {
      for (let at = 0; at < entry.size; at += CHUNK) {
        crc = crc32(this.read(start + at, start + Math.min(at + CHUNK, entry.size)), crc);
      }
    }
    if (crc !== entry.crc) throw this.#damaged(`the checksum of ${quote(entry.name)} is wrong`);
  }
}

/** Takes sizes that need 64 bits from an entry's extra fields; false if they are not as they should be. */
function readExtra64(extra: DataView, entry: Entry): boolean {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (end > extra.byteLength) return false;
    if (extra.getUint16(at, true) === 1) {
      let next = at + 4;
      for (const field of ["size", "packedSize", "offset"] as const) {
        if (entry[field] !== 0xffffffff) continue;
        if (next + 8 > end) return false;
        entry[field] = number64(extra, next);
        next += 8;
      }
    }
    at = end;
  }
  return true;
}

/** A number of 64 bits; one beyond 2^53 is beyond every file, too, whatever it is rounded to. */
function number64(data: DataView, at: number): number {
  return Number(data.getBigUint64(at, true));
}

function view(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
