/**
 * Checksums of files.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { ChecksumError } from "../errors.ts";
import { openFile } from "../regular_files.ts";

/** The SHA-256 of a file, as 64 hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
  using file = await openFile(path);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(1 << 20);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    hash.update(buffer.subarray(0, n));
  }
  return hash.digest("hex");
}

/**
 * Makes sure that a file is the one expected.
 *
 * @param path The file.
 * @param sha256 What its SHA-256 must be.
 * @param from Where it came from, for the message.
 * @throws {ChecksumError} If it is another one.
 */
export async function verifyChecksum(path: string, sha256: string, from: string): Promise<void> {
  const actual = await sha256OfFile(path);
  if (actual === sha256) return;
  throw new ChecksumError(
    `The file from ${from} is damaged or is another file: its SHA-256 is ${actual}, expected ${sha256} ` +
      `(${(await Deno.stat(path)).size} bytes). It is not used; try again.`,
  );
}
