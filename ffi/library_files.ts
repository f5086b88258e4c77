/**
 * Whether the libraries are still what set-up left. The system maps a library and reads its pages when they are
 * touched: of one that became shorter the first page that is not there ends the process. So before anything is opened
 * their sizes are compared with the record, and with what they themselves say they need.
 *
 * @module
 */

import { isNvidia } from "./cuda_packages.ts";
import { libraryFileName } from "./libtorch.ts";

/** What set-up writes down of a library. */
export interface LibraryFile {
  /** The file's path. */
  readonly path: string;
  /** The file's size in bytes. */
  readonly size: number;
  /** When the file was last changed, in milliseconds: a file with another date is read anew. */
  readonly changed: number;
  /** The file's SHA-256; empty for NVIDIA's libraries, gigabytes whose wheels were checked. */
  readonly sha256: string;
}

/** The libraries of a libtorch that are loaded with the native library, as far as they are there. */
export function librariesOf(libtorch: string): string[] {
  const names = [
    "torch_cpu",
    "c10",
    "torch_cuda",
    "c10_cuda",
    "torch_cuda_linalg",
    "torch_nvshmem",
  ];
  const usual = names.map((name) => `${libtorch}/lib/${libraryFileName(name)}`);
  const more = [`${libtorch}/lib`, `${libtorch}/../torch.libs`].flatMap((folder) =>
    namesIn(folder).filter((name) => /^libgomp\b.*\.so/.test(name) || folder.endsWith(".libs"))
      .map((name) => `${folder}/${name}`)
  );
  return [...usual, ...more, ...nvidiaLibrariesOf(libtorch)]
    .filter((path) => sizeOf(path) !== undefined).sort();
}

/** NVIDIA's libraries beside a libtorch for CUDA, as Python's packages and set-up have them. */
function nvidiaLibrariesOf(libtorch: string): string[] {
  if (sizeOf(`${libtorch}/lib/${libraryFileName("torch_cuda")}`) === undefined) return [];
  const folder = `${libtorch}/../nvidia`;
  return namesIn(folder).map((name) => `${folder}/${name}/lib`).flatMap((lib) =>
    namesIn(lib).filter((name) => isNvidia(name)).map((name) => `${lib}/${name}`)
  );
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return [];
  }
}

/**
 * Looks for damage that would end the process; takes a fraction of a millisecond.
 *
 * @param library The native library.
 * @param libtorch The folder of the libtorch that it loads, if that is known.
 * @param files What set-up wrote down, if it did.
 * @returns In words, what is damaged and how; null if nothing is seen.
 */
export function libraryDamage(
  library: string,
  libtorch?: string,
  files: readonly LibraryFile[] = [],
): string | null {
  for (const { path, size } of files) {
    const found = sizeOf(path);
    if (found === undefined) return `${path} is not there any more`;
    if (found !== size) {
      return `${path} is damaged or was replaced: it has ${found} bytes, and had ${size} when set-up looked at it`;
    }
  }
  const large = libtorch === undefined
    ? []
    : ["torch_cpu", "c10"].map((name) => `${libtorch}/lib/${libraryFileName(name)}`);
  for (const path of [library, ...large]) {
    const damage = elfDamage(path);
    if (damage !== null) return `${path} is damaged: ${damage}`;
  }
  return null;
}

/** The bytes of the header of a file in ELF's form of 64 bits, and of one entry of its two tables. */
const HEADER = 64;
const SEGMENT = 56;
const SECTION = 64;
/** The kind of a section without bytes in the file, and of one with names. */
const NO_BITS = 8;
const NAMES = 3;

/**
 * Compares a library of Linux with its own tables: one says which bytes of it are mapped, the other lies at its end.
 *
 * @returns In words, what is wrong; null if nothing is, or it is of another kind than is known here.
 */
export function elfDamage(path: string): string | null {
  if (Deno.build.os !== "linux") return null;
  const info = Deno.statSync(path);
  if (!info.isFile) return "it is no file";
  using file = Deno.openSync(path);
  const read = (at: number, length: number): DataView<ArrayBuffer> | null => {
    const bytes = new Uint8Array(length);
    if (at + length > info.size) return null;
    file.seekSync(at, Deno.SeekMode.Start);
    for (let have = 0; have < length;) {
      const count = file.readSync(bytes.subarray(have));
      if (count === null) return null;
      have += count;
    }
    return new DataView(bytes.buffer);
  };
  const head = read(0, HEADER);
  if (head === null) return `it has only ${info.size} bytes`;
  if (head.getUint32(0) !== 0x7f454c46) return "it is no library";
  const [bits, order] = [head.getUint8(4), head.getUint8(5)];
  if (bits !== 2 || order !== 1) return null;
  const number = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
  const cut = (end: number): string => `it needs ${end} bytes and has ${info.size}`;

  const [segmentsAt, segments] = [number(head, 32), head.getUint16(56, true)];
  const table = read(segmentsAt, segments * SEGMENT);
  if (table === null) return cut(segmentsAt + segments * SEGMENT);
  for (let i = 0; i < segments; i++) {
    const end = number(table, i * SEGMENT + 8) + number(table, i * SEGMENT + 32);
    if (end > info.size) return cut(end);
  }
  const [sectionsAt, sections, names] = [
    number(head, 40),
    head.getUint16(60, true),
    head.getUint16(62, true),
  ];
  if (sectionsAt === 0 || sections === 0) return null;
  const list = read(sectionsAt, sections * SECTION);
  if (list === null) return cut(sectionsAt + sections * SECTION);
  for (let i = 0; i < sections; i++) {
    if (list.getUint32(i * SECTION + 4, true) === NO_BITS) continue;
    const end = number(list, i * SECTION + 24) + number(list, i * SECTION + 32);
    if (end > info.size) return cut(end);
  }
  if (names < sections && list.getUint32(names * SECTION + 4, true) !== NAMES) {
    return "its table of sections is overwritten";
  }
  return null;
}

/** A file's size; undefined if there is none. */
function sizeOf(path: string): number | undefined {
  try {
    const info = Deno.statSync(path);
    return info.isFile ? info.size : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
