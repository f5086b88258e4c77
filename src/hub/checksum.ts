/**
 * Whether a download is what the hub has: large files are named by their SHA-256, small ones by git's checksum.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ChecksumError } from "../errors.ts";

/** Whether a file's ETag says what is in it, so that parts of it can be put together. */
export function isChecksum(etag: string): boolean {
  return /^([0-9a-f]{64}|[0-9a-f]{40})$/.test(etag);
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
  if (!isChecksum(etag)) return;
  const { size } = await Deno.stat(path);
  const large = etag.length === 64;
  // Git puts a line before the content. Some mirrors have no git behind them and give the SHA-1 of the content.
  const hashes = large
    ? [createHash("sha256")]
    : [createHash("sha1").update(`blob ${size}\0`), createHash("sha1")];
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    for (const hash of hashes) hash.update(buffer.subarray(0, n));
  }
  const digests = hashes.map((hash) => hash.digest("hex"));
  if (digests.includes(etag)) return;
  throw new ChecksumError(
    `${name} arrived damaged: its ${large ? "SHA-256" : "git checksum"} is ${
      digests[0]
    }, expected ${etag} ` +
      `(${size} bytes). It is not used; try again.`,
  );
}
