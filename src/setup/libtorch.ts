/**
 * Finds libtorch, or fetches it.
 *
 * @module
 */

import { elfDamage, librariesOf, type LibraryFile } from "../../ffi/library_files.ts";
import {
  inspectLibtorch,
  isSupportedVersion,
  type Libtorch,
  NEWEST_LIBTORCH,
  OLDEST_LIBTORCH,
} from "../../ffi/libtorch.ts";
import { ApprenticeError, ChecksumError, SetupError, VersionError } from "../base/errors.ts";
import { makeFolder, makeFolderAtomic } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { verifyChecksum } from "./checksum.ts";
import { compareLibraries, recordedLibraries } from "./library_record.ts";
import { download, type DownloadOptions } from "./download.ts";
import { downloadWithPip } from "./pip.ts";
import type { Report } from "./report.ts";
import { unzip } from "./unzip.ts";
import { unpackedPath, type Wheel, wheelFor } from "./wheel.ts";

/** What {@linkcode obtainLibtorch} needs to know. */
export interface LibtorchOptions extends DownloadOptions {
  /** The folder of the cache. */
  cache: string;
  /** The user's own libtorch, from `LIBTORCH`. */
  own?: string;
  /** The file to fetch (default: the one for this system). */
  wheel?: Wheel;
  /** Ways to call pip, in order. */
  pip?: string[][];
  /** Where to say what is being done. */
  report: Report;
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
  if (options.own) return ownLibtorch(options.own);
  const wheel = options.wheel ?? wheelFor();
  const there = cachedLibtorch(options.cache, wheel);
  const folder = folderOf(options.cache, wheel);
  if (there) {
    const damage = await damageOf(there.path, recordedLibraries(options.cache, there.path));
    if (damage === null) return there;
    options.report.line(`${damage}; fetching it anew.`);
  }

  const file = await fetchWheel(wheel, options);
  await makeFolderAtomic(folder, async (temporary) => {
    using counter = options.report.count("Unpacking libtorch", undefined, "bytes");
    await unzip(file, temporary, unpackedPath, (done) => counter.update(done));
    counter.finish();
    const unpacked = inspectLibtorch(`${temporary}/torch`);
    if (typeof unpacked === "string") {
      throw new SetupError(`${wheel.file} does not hold a libtorch: ${unpacked}.`);
    }
    if (unpacked.version !== wheel.version) {
      throw new VersionError(
        `${wheel.file} holds libtorch ${unpacked.version}, expected ${wheel.version}.`,
      );
    }
  });
  await Deno.remove(file);
  const libtorch = inspectLibtorch(`${folder}/torch`);
  if (typeof libtorch === "string") throw new SetupError(`${folder}/torch: ${libtorch}.`);
  return libtorch;
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
 * @throws {SetupError} If it is not one.
 * @throws {VersionError} If its version is not supported.
 */
export function ownLibtorch(path: string): Libtorch {
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
  return { ...libtorch, path: Deno.realPathSync(path) };
}

/** Gets the wheel into the cache and checks it. */
async function fetchWheel(wheel: Wheel, options: LibtorchOptions): Promise<string> {
  const { cache, report } = options;
  const folder = `${cache}/download`;
  const file = `${folder}/${wheel.file}`;
  await makeFolder(folder);
  if (await exists(file)) {
    await verifyChecksum(file, wheel.sha256, `${file} (remove it to have it fetched)`);
    return file;
  }
  const failures: unknown[] = [];
  for (const fetchIt of [fetchOverHttp, fetchWithPip]) {
    const part = `${file}.${fetchIt === fetchOverHttp ? "part" : "pip.part"}`;
    try {
      const from = await fetchIt(wheel, part, options);
      try {
        report.line("  checking its checksum");
        await verifyChecksum(part, wheel.sha256, from);
      } catch (error) {
        await Deno.remove(part);
        throw error;
      }
      await Deno.rename(part, file);
      return file;
    } catch (error) {
      if (!(error instanceof ApprenticeError)) throw error;
      failures.push(error);
      report.line(`  ${error.message}`);
    }
  }
  const damaged = failures.some((error) => error instanceof ChecksumError);
  throw new (damaged ? ChecksumError : SetupError)(
    `libtorch ${wheel.version} could not be fetched:\n` +
      failures.map((error) => `  ${(error as Error).message}`).join("\n") +
      `\nEither make one of these reachable, or put the file yourself at\n  ${file}\n` +
      "or set LIBTORCH to a libtorch or to the torch folder of a Python installation.",
    { cause: failures[0] },
  );
}

async function fetchOverHttp(
  wheel: Wheel,
  part: string,
  options: LibtorchOptions,
): Promise<string> {
  options.report.line(`Fetching libtorch ${wheel.version} from ${wheel.url}`);
  await download(wheel.url, part, options.report, "Downloading libtorch", options);
  return wheel.url;
}

function fetchWithPip(wheel: Wheel, part: string, options: LibtorchOptions): Promise<string> {
  const { pip, report } = options;
  return downloadWithPip(wheel.pip, part, { what: `libtorch ${wheel.version}`, pip, report });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    return false;
  }
}
