/**
 * Where the native library lies. Looks at files and opens nothing; `deno task setup` puts there what is
 * looked for here.
 *
 * In the cache, `native/<package>-<libtorch>/` holds the library built from one version of the native
 * source against one libtorch, here or beforehand (then with a link to that libtorch, which it follows), and the file `native/<package>.default` names the one to use when
 * `LIBTORCH` is not set: the last one that set-up was asked for. A program that was bundled into one file (`deno bundle`)
 * does not have the native source beside it to tell which build is its own: it takes the one that this version was set up
 * for last, and the check of the ABI's number when it is opened does the rest.
 *
 * @module
 */

import { cacheRoot } from "../src/base/paths.ts";
import { VERSION } from "../src/base/version.ts";
import type { LibraryFile } from "./library_files.ts";
import { inspectLibtorch, libraryFileName, type Libtorch, readIfThere } from "./libtorch.ts";
import { abiVersion } from "./symbols.ts";

/** The folder of the native source: beside this file, or where this file was imported from. */
export const NATIVE_SOURCE: URL = new URL("../native/", import.meta.url);

/**
 * Whether the native source is not where this code was imported from: the code was bundled into one file elsewhere, or
 * compiled without it.
 */
export function lacksSource(source: URL = NATIVE_SOURCE): boolean {
  return source.protocol === "file:" && sourceHash(source) === undefined;
}

/** What {@linkcode locate} found. */
export interface Located {
  /** The native library's path, or null if none is there. */
  library: string | null;
  /** The libtorch that it was built against and loads; not known for `APPRENTICE_LIBRARY`. */
  libtorch?: Libtorch;
  /** What set-up wrote down of the libraries, if it did. */
  files?: LibraryFile[];
  /** Every place that was looked at, in order, with what was wrong there. */
  searched: string[];
}

/** What set-up writes beside the library, as `build.json`. */
export interface BuildRecord {
  /** The libtorch that the library was built against. */
  libtorch: Libtorch;
  /** The version of this package. */
  package: string;
  /** Where the native source came from. */
  origin: string;
  /** The hash of that source, or null where it is not in a folder. */
  source: string | null;
  /** The compiler's first line of `--version`. */
  compiler: string;
  /** Where the library was fetched from and its SHA-256, if it was not compiled here. */
  prebuilt?: { url: string; sha256: string };
  /** The number that the library and the TypeScript side must agree on. */
  abi: number;
  /** When, in ISO 8601. */
  date: string;
  /** The library and those of libtorch as they were then; records of earlier versions have none. */
  files?: LibraryFile[];
}

/** Where to look; the process's own environment by default. */
export interface LocateOptions {
  /** Reads an environment variable. */
  env?: (name: string) => string | undefined;
  /** The folder of the native source. */
  source?: URL;
}

/**
 * Finds the native library: the file that `APPRENTICE_LIBRARY` names; with `LIBTORCH` set, the one built
 * for that libtorch; otherwise the one that set-up was run for last. A variable that is set is obeyed:
 * there is no falling back to another library.
 */
export function locate(options: LocateOptions = {}): Located {
  const env = options.env ?? ((name: string) => Deno.env.get(name));
  const searched: string[] = [];
  const explicit = env("APPRENTICE_LIBRARY");
  if (explicit) {
    searched.push(`APPRENTICE_LIBRARY=${explicit}`);
    if (isFile(explicit)) return { library: explicit, searched };
    searched[0] += ": there is no such file";
    return { library: null, searched };
  }
  searched.push("APPRENTICE_LIBRARY: not set");

  const native = `${cacheRoot(env)}/native`;
  const packageKey = packageKeyOf(options.source);
  const own = env("LIBTORCH");
  if (own) {
    const libtorch = inspectLibtorch(own);
    if (typeof libtorch === "string") {
      searched.push(`LIBTORCH=${own}: ${libtorch}`);
      return { library: null, searched };
    }
    searched.push(`LIBTORCH=${own}: libtorch ${libtorch.version} (${libtorch.variant})`);
    return open(`${native}/${libraryKey(packageKey, libtorch)}`, searched);
  }
  searched.push("LIBTORCH: not set");

  const pointer = `${native}/${packageKey}.default`;
  const key = readIfThere(pointer)?.trim() ||
    (lacksSource(options.source) ? lastSetUp(native) : undefined);
  if (!key) {
    searched.push(`${pointer}: there is no such file`);
    return { library: null, searched };
  }
  return open(`${native}/${key}`, searched);
}

/** What the cache was last set up to for this version, from whichever folder of native source. */
function lastSetUp(native: string): string | undefined {
  let newest: { key: string; time: number } | undefined;
  try {
    for (const { name } of Deno.readDirSync(native)) {
      if (!name.startsWith(`${VERSION}-`) || !name.endsWith(".default")) continue;
      const time = Deno.statSync(`${native}/${name}`).mtime?.getTime() ?? 0;
      const key = readIfThere(`${native}/${name}`)?.trim();
      // A build of other source under this version may speak another version of the C interface.
      if (!key || readBuildRecord(`${native}/${key}`)?.abi !== abiVersion) continue;
      if (newest === undefined || time > newest.time) newest = { key, time };
    }
  } catch {
    // There is no cache, or none that can be read: the caller says where it looked.
  }
  return newest?.key;
}

/** Looks into one folder of the cache. */
function open(folder: string, searched: string[]): Located {
  const library = `${folder}/${libraryFileName("apprentice")}`;
  const missing = (why: string): Located => ({
    library: null,
    searched: [...searched, `${library}: ${why}`],
  });
  if (!isFile(library)) return missing("there is no such file");
  const record = readBuildRecord(folder);
  if (!record) return missing("the build.json beside it is missing or damaged");
  const libtorch = inspectLibtorch(record.libtorch.path);
  if (typeof libtorch === "string") {
    return missing(`its libtorch ${record.libtorch.path} cannot be used any more: ${libtorch}`);
  }
  const [was, is] = [record.libtorch, libtorch].map(({ version, variant }) =>
    `${version} (${variant})`
  );
  if (was !== is) return missing(`built for libtorch ${was}, but ${libtorch.path} is ${is} now`);
  const found: Located = { library, libtorch, searched: [...searched, library] };
  return record.files === undefined ? found : { ...found, files: record.files };
}

/** Reads `build.json` of a folder in the cache; undefined if it is missing or not what it should be. */
export function readBuildRecord(folder: string): BuildRecord | undefined {
  try {
    const record = JSON.parse(readIfThere(`${folder}/build.json`) ?? "null") as BuildRecord | null;
    if (typeof record?.libtorch?.path !== "string") return undefined;
    const { files } = record;
    const sound = files === undefined || Array.isArray(files) && files.every(isLibraryFile);
    return sound ? record : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function isLibraryFile(file: unknown): file is LibraryFile {
  const { path, size, changed, sha256 } = (file ?? {}) as Partial<LibraryFile>;
  return typeof path === "string" && typeof size === "number" && typeof changed === "number" &&
    typeof sha256 === "string";
}

/**
 * What the cache calls this package: its version and, where the native source lies in a folder and so may
 * change under one version, a hash of that source.
 */
export function packageKeyOf(source: URL = NATIVE_SOURCE): string {
  const hash = sourceHash(source);
  return hash === undefined ? VERSION : `${VERSION}-${hash}`;
}

/** What the cache calls the library built from one package against one libtorch. */
export function libraryKey(packageKey: string, libtorch: Libtorch): string {
  const { version, variant, path } = libtorch;
  return `${packageKey}-libtorch-${version}-${variant}-${pathHash(path)}`;
}

/** Which files of the native source folder are compiled or included. */
const NATIVE_SOURCE_FILE = /^[\w.-]+\.(h|hpp|cpp)$/;

/** The names of the files in the native source folder that are compiled or included, with those of its folders, in order. */
export function nativeSourcesIn(folder: URL): string[] {
  const names = [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (!isDirectory) return NATIVE_SOURCE_FILE.test(name) ? [name] : [];
    return nativeSourcesIn(new URL(`${name}/`, folder)).map((inner) => `${name}/${inner}`);
  });
  return names.sort();
}

/**
 * A hash of the names and contents of the native source.
 *
 * @returns Undefined where it is not in a folder that can be read.
 */
export function sourceHash(source: URL): string | undefined {
  if (source.protocol !== "file:") return undefined;
  try {
    const hash = new Hash();
    for (const name of nativeSourcesIn(source)) {
      hash.add(new TextEncoder().encode(name));
      hash.add(Deno.readFileSync(new URL(name, source)));
    }
    return hash.toString();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** Tells two libtorch folders of the same version apart. */
function pathHash(path: string): string {
  const hash = new Hash();
  let real = path;
  try {
    real = Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // As it was given, then: the folder is looked at elsewhere.
  }
  hash.add(new TextEncoder().encode(real));
  return hash.toString().slice(0, 8);
}

/**
 * A hash of 64 bits, enough to tell versions of a few files apart. Not cryptographic: loading that would
 * take twenty times longer than everything else here.
 */
class Hash {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  add(bytes: Uint8Array<ArrayBuffer>): void {
    // In whole words, as this runs once and so is never compiled to fast code.
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    const words = new Uint32Array(padded.buffer);
    let a = this.#a ^ bytes.length;
    let b = this.#b ^ bytes.length;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x5f356495);
      b ^= b >>> 13;
    }
    this.#a = a;
    this.#b = b;
  }

  toString(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, "0");
    return hex(this.#a) + hex(this.#b);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
