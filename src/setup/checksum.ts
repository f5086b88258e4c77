/**
 * Checksums of files.
 *
 * @module
 */

import { ChecksumError } from "../base/errors.ts";
import { sha256OfFile } from "../base/file_hashes.ts";

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
