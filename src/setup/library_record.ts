/**
 * The checksums of the libraries: written down when set-up made or first saw them, compared by set-up where a date
 * changed, and by doctor always.
 *
 * @module
 */

import { isNvidia } from "../../ffi/cuda_packages.ts";
import type { LibraryFile } from "../../ffi/library_files.ts";
import { type BuildRecord, readBuildRecord } from "../../ffi/locate.ts";
import { sha256OfFile } from "../base/file_hashes.ts";
import { writeAtomic } from "../base/files.ts";

/** Describes libraries as they are now. */
export async function describeLibraries(paths: readonly string[]): Promise<LibraryFile[]> {
  const files: LibraryFile[] = [];
  for (const path of paths) {
    const { size, mtime } = await Deno.stat(path);
    const sha256 = isNvidia(path.slice(path.lastIndexOf("/") + 1)) ? "" : await sha256OfFile(path);
    files.push({ path, size, changed: mtime?.getTime() ?? 0, sha256 });
  }
  return files;
}

/** Writes down what a library is, beside it. */
export function writeRecord(folder: string, record: BuildRecord): Promise<void> {
  return writeAtomic(`${folder}/build.json`, JSON.stringify(record, null, 2) + "\n");
}

/** What {@linkcode compareLibraries} found. */
export interface Comparison {
  /** In words, the first damage; null if there is none. */
  readonly damage: string | null;
  /** The record with the dates that the files have now. */
  readonly files: LibraryFile[];
}

/**
 * Compares libraries with their record.
 *
 * @param all Whether those are read, too, whose size and date are as they were.
 */
export async function compareLibraries(
  files: readonly LibraryFile[],
  all: boolean,
): Promise<Comparison> {
  const now: LibraryFile[] = [];
  for (const file of files) {
    const { path } = file;
    const info = await Deno.stat(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    if (!info) return { damage: `${path} is not there any more`, files: [...files] };
    const changed = info.mtime?.getTime() ?? 0;
    if (info.size !== file.size) {
      const damage =
        `${path} is damaged or was replaced: it has ${info.size} bytes, expected ${file.size}`;
      return { damage, files: [...files] };
    }
    if (file.sha256 !== "" && (all || changed !== file.changed)) {
      const sha256 = await sha256OfFile(path);
      if (sha256 !== file.sha256) {
        const damage =
          `${path} is damaged or was replaced: its SHA-256 is ${sha256}, expected ${file.sha256}`;
        return { damage, files: [...files] };
      }
    }
    now.push({ ...file, changed });
  }
  return { damage: null, files: now };
}

/** What was written down of the libraries of a libtorch when something was built against it; empty if nothing was. */
export function recordedLibraries(cache: string, libtorch: string): LibraryFile[] {
  const native = `${cache}/native`;
  try {
    for (const { name, isDirectory } of Deno.readDirSync(native)) {
      const record = isDirectory ? readBuildRecord(`${native}/${name}`) : undefined;
      if (record?.libtorch.path !== libtorch) continue;
      const files = record.files?.filter(({ path }) => !path.startsWith(`${native}/`)) ?? [];
      if (files.length > 0) return files;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return [];
}
