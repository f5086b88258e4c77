/**
 * What a file was when it was downloaded, kept beside the cache that Python shares: its size, which is compared
 * whenever the file is used, and its checksum, which is compared when somebody asks.
 *
 * @module
 */

import { writeAtomic } from "../base/files.ts";
import { isMissing, readTextFile } from "../base/regular_files.ts";
import { isSafeETag } from "./safe_names.ts";

/** What is known of a file. */
export interface FileRecord {
  /** What the hub calls its content. */
  readonly etag: string;
  /** The file's size in bytes. */
  readonly size: number;
  /** The file's SHA-256 when it arrived, where the ETag is no checksum. */
  readonly sha256?: string;
}

/** No record is larger. */
const MOST_BYTES = 4096;

/** The place of a file's record, in the folder of a repository's records. */
function recordPath(folder: string, commit: string, name: string): string {
  return `${folder}/${commit}/${name}.json`;
}

/** Reads a file's record; null if there is none or it is not sound. */
export async function readRecord(
  folder: string,
  commit: string,
  name: string,
): Promise<FileRecord | null> {
  let text: string;
  try {
    text = await readTextFile(recordPath(folder, commit, name), MOST_BYTES);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const { etag, size, sha256 } = JSON.parse(text) as Record<string, unknown>;
    if (typeof etag !== "string" || !isSafeETag(etag) || !Number.isSafeInteger(size)) return null;
    return { etag, size: size as number, ...(typeof sha256 === "string" ? { sha256 } : {}) };
  } catch {
    return null; // A file that is not ours stands there.
  }
}

/** Remembers what a file is. A cache that cannot be written is fine: the file is less well guarded then. */
export async function writeRecord(
  folder: string,
  commit: string,
  name: string,
  record: FileRecord,
): Promise<void> {
  await writeAtomic(recordPath(folder, commit, name), JSON.stringify(record)).catch(() => {});
}
