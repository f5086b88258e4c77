/**
 * Hashes of files, read part by part.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { openFile } from "./regular_files.ts";

/**
 * Reads a file once and hashes it in one or several ways.
 *
 * @param begin Makes the hashes, given the file's size in bytes.
 * @returns Each one's hexadecimal digits.
 * @throws {FileError} If it cannot be read.
 */
export async function hashFile(path: string, begin: (size: number) => Hash[]): Promise<string[]> {
  using file = await openFile(path);
  const hashes = begin((await file.stat()).size);
  const buffer = new Uint8Array(1 << 20);
  for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
    for (const hash of hashes) hash.update(buffer.subarray(0, n));
  }
  return hashes.map((hash) => hash.digest("hex"));
}

/** The SHA-256 of a file, as 64 hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const [digits] = await hashFile(path, () => [createHash("sha256")]);
  return digits;
}
