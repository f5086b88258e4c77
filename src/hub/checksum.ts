/**
 * Whether a download is what the hub has: large files are named by their SHA-256, small ones by git's checksum.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ChecksumError } from "../base/errors.ts";
import { hashFile } from "../base/file_hashes.ts";

/** Whether a file's ETag says what is in it, so that parts of it can be put together. */
export function isChecksum(etag: string): boolean {
  return /^([0-9a-f]{64}|[0-9a-f]{40})$/.test(etag);
}

/** What a file's content is compared by: the SHA-256 of large ones, git's checksum of small ones. */
export type ChecksumKind = "sha256" | "git";

/** Which of the two an ETag is; null for neither. */
export function checksumKind(etag: string): ChecksumKind | null {
  return !isChecksum(etag) ? null : etag.length === 64 ? "sha256" : "git";
}

/**
 * The checksums that a file's content may be called by, the usual one first.
 *
 * @throws {FileError} If it cannot be read.
 */
export async function checksumsOf(path: string, kind: ChecksumKind): Promise<string[]> {
  // Git puts a line before the content. Some mirrors have no git behind them and give the SHA-1 of the content.
  return await hashFile(
    path,
    (size) =>
      kind === "sha256"
        ? [createHash("sha256")]
        : [createHash("sha1").update(`blob ${size}\0`), createHash("sha1")],
  );
}

/**
 * Makes sure that a file is the one expected.
 *
 * @param path The file.
 * @param etag Its SHA-256 (64 digits), git's SHA-1 or a plain SHA-1 (40 digits); others are not looked at.
 * @param name What to call it.
 * @throws {ChecksumError} If it is another one.
 */
export async function checkContent(path: string, etag: string, name: string): Promise<void> {
  const kind = checksumKind(etag);
  if (kind === null) return;
  const found = await checksumsOf(path, kind);
  if (found.includes(etag)) return;
  const { size } = await Deno.stat(path);
  throw new ChecksumError(
    `${name} arrived damaged: its ${kind === "sha256" ? "SHA-256" : "git checksum"} is ${
      found[0]
    }, expected ${etag} (${size} bytes). It is not used; try again.`,
  );
}
