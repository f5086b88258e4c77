/**
 * Finds libtorch, or fetches it.
 *
 * @module
 */

import { cudaLibraries } from "../../ffi/cuda_libraries.ts";
import { elfDamage, librariesOf, type LibraryFile } from "../../ffi/library_files.ts";
import {
  inspectLibtorch,
  isSupportedVersion,
  type Libtorch,
  NEWEST_LIBTORCH,
  OLDEST_LIBTORCH,
} from "../../ffi/libtorch.ts";
import { SetupError, VersionError } from "../base/errors.ts";
import { makeFolderAtomic } from "../base/files.ts";
import { nvidiaPath } from "./cuda_wheel.ts";
import { type FetchOptions, fetchWheels } from "./fetch_wheel.ts";
import { compareLibraries, recordedLibraries } from "./library_record.ts";
import { checkNvidia } from "./nvidia_libraries.ts";
import { checkRoom } from "./room.ts";
import { unzip } from "./unzip.ts";
import { unpackedPath, type Wheel, wheelFor } from "./wheel.ts";

/** What {@linkcode obtainLibtorch} needs to know. */
export interface LibtorchOptions extends FetchOptions {
  /** The user's own libtorch, from `LIBTORCH`. */
  own?: string;
  /** Reads an environment variable (default: of the process). */
  env?: (name: string) => string | undefined;
  /** The file to fetch (default: the one for this system). */
  wheel?: Wheel;
  /** Says how many bytes the disk of a folder has left (default: what the system says). */
  free?: (folder: string) => number | null;
}

/**
 * Finds libtorch: the user's own, the one in the cache, or a new one, downloaded or else fetched by pip.
 *
 * @throws {SetupError} If `own` is not a libtorch, or none can be fetched.
 * @throws {VersionError} If `own` is of a version that is not supported.
 * @throws {ChecksumError} If what was fetched is not what was expected.
 * @throws {FileError} If the cache cannot be written.
 */
export async function obtainLibtorch(options: LibtorchOptions): Promise<Libtorch> {
  if (options.own) return ownLibtorch(options.own, options.env);
  const wheel = options.wheel ?? wheelFor();
  const there = cachedLibtorch(options.cache, wheel);
  const folder = folderOf(options.cache, wheel);
  if (there) {
    const damage = await damageOf(there.path, recordedLibraries(options.cache, there.path));
    if (damage === null) return there;
    options.report.line(`${damage}; fetching it anew.`);
  }

  checkRoom(options.cache, wheel, options.free);
  const files = await fetchWheels(wheel, options);
  await makeFolderAtomic(folder, async (temporary) => {
    await unpack(wheel, files, temporary, options);
    const unpacked = inspectLibtorch(`${temporary}/torch`);
    if (typeof unpacked === "string") {
      throw new SetupError(`${wheel.file} does not hold a libtorch: ${unpacked}.`);
    }
    if (unpacked.version !== wheel.version) {
      throw new VersionError(
        `${wheel.file} holds libtorch ${unpacked.version}, expected ${wheel.version}.`,
      );
    }
    const missing = cudaLibraries(unpacked, []).filter(({ reached }) => !reached);
    if (missing.length > 0) {
      const names = missing.map(({ name }) => name).join(", ");
      throw new SetupError(`${wheel.file} and the wheels beside it lack ${names}.`);
    }
  });
  for (const file of files) await Deno.remove(file);
  const libtorch = inspectLibtorch(`${folder}/torch`);
  if (typeof libtorch === "string") throw new SetupError(`${folder}/torch: ${libtorch}.`);
  return libtorch;
}

/** Unpacks what is needed of the wheels into one folder, as Python would have it. */
async function unpack(
  wheel: Wheel,
  files: readonly string[],
  folder: string,
  { report }: LibtorchOptions,
): Promise<void> {
  const parts = [wheel, ...wheel.beside ?? []];
  const known = parts.every(({ unpacked }) => unpacked !== undefined);
  const total = known ? parts.reduce((sum, { unpacked = 0 }) => sum + unpacked, 0) : undefined;
  using counter = report.count("Unpacking libtorch", total, "bytes");
  const wanted = (name: string): string | undefined => unpackedPath(name) ?? nvidiaPath(name);
  let before = 0;
  for (const file of files) {
    let done = 0;
    await unzip(file, folder, wanted, (now) => counter.update(before + (done = now)));
    before += done;
  }
  counter.finish();
}

/** In words, what is damaged of a libtorch; null if nothing is. */
async function damageOf(libtorch: string, files: readonly LibraryFile[]): Promise<string | null> {
  for (const path of librariesOf(libtorch)) {
    const damage = elfDamage(path);
    if (damage !== null) return `${path} is damaged: ${damage}`;
  }
  return (await compareLibraries(files, true)).damage;
}

/** The libtorch in the cache that was unpacked from a wheel, if it is there. */
export function cachedLibtorch(cache: string, wheel: Wheel): Libtorch | undefined {
  const libtorch = inspectLibtorch(`${folderOf(cache, wheel)}/torch`);
  return typeof libtorch === "string" ? undefined : libtorch;
}

function folderOf(cache: string, wheel: Wheel): string {
  return `${cache}/libtorch/${wheel.version}-${wheel.variant}`;
}

/**
 * The libtorch that `LIBTORCH` names.
 *
 * @throws {SetupError} If it is not one, or libraries of NVIDIA's that it needs are nowhere.
 * @throws {VersionError} If its version is not supported.
 */
export function ownLibtorch(
  path: string,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Libtorch {
  const libtorch = inspectLibtorch(path);
  if (typeof libtorch === "string") {
    throw new SetupError(
      `LIBTORCH is ${path}, which cannot be used: ${libtorch}. Set it to an unpacked libtorch or to the ` +
        "torch folder of a Python installation " +
        '(python3 -c "import torch; print(torch.__path__[0])" prints it), or unset it to have one fetched.',
    );
  }
  if (!isSupportedVersion(libtorch.version)) {
    throw new VersionError(
      `LIBTORCH is ${path}, which holds libtorch ${libtorch.version}; supported are versions ` +
        `${OLDEST_LIBTORCH} to ${NEWEST_LIBTORCH}. Set it to another one, or unset it to have one fetched.`,
    );
  }
  for (const library of librariesOf(path)) {
    const damage = elfDamage(library);
    if (damage === null) continue;
    throw new SetupError(
      `LIBTORCH is ${path}, whose ${library} is damaged: ${damage}. Install it anew, or unset LIBTORCH to have one ` +
        "fetched.",
    );
  }
  // The path is written into the library and the cache, where a relative one would mean nothing.
  const found = { ...libtorch, path: Deno.realPathSync(path) };
  checkNvidia(found, env);
  return found;
}
