/**
 * Fetching a native library that was compiled beforehand, and putting it where it works.
 *
 * @module
 */

import { libraryFileName, type Libtorch } from "../../ffi/libtorch.ts";
import type { BuildRecord } from "../../ffi/locate.ts";
import { type ApprenticeError, ChecksumError, LibraryError, SetupError } from "../base/errors.ts";
import { sha256OfFile } from "../base/file_hashes.ts";
import { makeFolder } from "../base/files.ts";
import { passPermission } from "../base/regular_files.ts";
import { verifyChecksum } from "./checksum.ts";
import { LIBTORCH_LINK } from "./compiler.ts";
import { download, type DownloadOptions } from "./download.ts";
import { ownLibtorch } from "./libtorch.ts";
import { PREBUILT, prebuiltFor, type PrebuiltLibrary, prebuiltUrl } from "./prebuilt.ts";
import { probeLibrary } from "./probe.ts";
import type { Report } from "./report.ts";
import type { Site } from "./site.ts";
import { wheelFor } from "./wheel.ts";

/** What is written down of where a library is from. */
export type Origin = Pick<BuildRecord, "compiler" | "prebuilt">;

/** A library that was fetched, or why that could not be. */
export interface Offer {
  /** The file in the cache. */
  readonly file?: string;
  /** What is written down of it. */
  readonly origin?: Origin;
  /** What stood in the way of fetching it. */
  readonly failure?: ApprenticeError;
}

/** Fetches the library that was compiled beforehand, if there is one that fits. */
export async function fetchOffer(
  { surroundings, env, source, cache, report, compile, wheel }: Site,
): Promise<Offer> {
  if (compile) return {};
  const table = surroundings.prebuilt ?? PREBUILT;
  const own = env("LIBTORCH");
  const entry = prebuiltFor(
    table,
    source,
    own ? ownLibtorch(own, env) : wheel ?? wheelFor(),
  );
  const url = entry && prebuiltUrl(table, entry, env);
  if (!entry || !url) return {};
  try {
    const file = await fetchPrebuilt(entry, url, cache, report, surroundings);
    const { compiler, sha256 } = entry;
    return { file, origin: { compiler, prebuilt: { url, sha256 } } };
  } catch (error) {
    if (!(error instanceof ChecksumError || error instanceof SetupError)) throw error;
    report.line(`  ${error.message}`);
    return { failure: error };
  }
}

/** Puts the fetched library into the folder, if there is one and it works here; else says what is wrong with it. */
export async function placeOffer(
  { file, failure }: Offer,
  libtorch: Libtorch,
  folder: string,
  report: Report,
): Promise<{ placed: boolean; failure?: ApprenticeError }> {
  if (file === undefined) return { placed: false, failure };
  const library = `${folder}/${libraryFileName("apprentice")}`;
  const link = `${folder}/${LIBTORCH_LINK}`;
  await Deno.rename(file, library);
  // Windows has no such thing; `ffi/windows.ts` does it there.
  if (Deno.build.os !== "windows") await Deno.symlink(libtorch.path, link);
  try {
    await probeLibrary(library, libtorch);
    return { placed: true };
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
    report.line(`  what was fetched does not work here: ${error.message}`);
    await Deno.remove(library);
    await Deno.remove(link).catch(() => {});
    return { placed: false, failure: error };
  }
}

/**
 * Fetches a library into the cache, under a temporary name until its checksum is known to be right.
 *
 * @returns The file's path.
 * @throws {SetupError} If it cannot be had.
 * @throws {ChecksumError} If it is another file.
 */
async function fetchPrebuilt(
  library: PrebuiltLibrary,
  url: string,
  cache: string,
  report: Report,
  options: DownloadOptions = {},
): Promise<string> {
  const folder = `${cache}/download`;
  const file = `${folder}/${library.file}`;
  const part = `${file}.part`;
  await makeFolder(folder);
  if (await isWhole(file, library)) return file;
  // Small enough to begin anew; what another release left under this name is no part of it.
  await Deno.remove(part).catch(() => {});
  report.line(`Fetching the native library from ${url}`);
  try {
    await download(url, part, report, "Downloading the native library", {
      ...options,
      atMost: library.size,
    });
    await verifyChecksum(part, library.sha256, url);
    await Deno.rename(part, file);
  } finally {
    await Deno.remove(part).catch(() => {});
  }
  return file;
}

/** Whether an earlier set-up left the file. */
async function isWhole(file: string, { size, sha256 }: PrebuiltLibrary): Promise<boolean> {
  try {
    return (await Deno.stat(file)).size === size && await sha256OfFile(file) === sha256;
  } catch (error) {
    passPermission(error);
    return false;
  }
}
