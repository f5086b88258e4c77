/**
 * Whether the disk has room for what set-up is about to fetch.
 *
 * @module
 */

import { FileError } from "../base/errors.ts";
import { freeBytes } from "../base/free_bytes.ts";
import { formatBytes } from "../base/text.ts";
import { wheelPath } from "./fetch_wheel.ts";
import type { Wheel } from "./wheel.ts";

/** What the native library, its object files and pip's own work take beside. */
const BESIDE = 256 * 2 ** 20;

/**
 * Makes sure that the disk has room for the wheels that are not there yet and for what is unpacked of all: both are there
 * for a while.
 *
 * @param free Says how many bytes the disk of a folder has left; null if that is not known.
 * @throws {FileError} If it does not, with both numbers of bytes.
 */
export function checkRoom(
  cache: string,
  wheel: Wheel,
  free: (folder: string) => number | null = freeBytes,
): void {
  const wheels = [wheel, ...wheel.beside ?? []];
  let [fetched, unpacked] = [0, 0];
  for (const part of wheels) {
    // Where nothing is known beforehand, nothing can be promised.
    if (part.size === undefined || part.unpacked === undefined) return;
    const path = wheelPath(cache, part);
    fetched += Math.max(0, part.size - Math.max(sizeOf(path), sizeOf(`${path}.part`)));
    unpacked += part.unpacked;
  }
  const needed = fetched + unpacked + BESIDE;
  const left = free(cache);
  if (left === null || left >= needed) return;
  const cpu = wheel.beside === undefined ? "" : ", or have libtorch for the CPU: setup --cpu";
  throw new FileError(
    `No room for libtorch ${wheel.version} (${wheel.variant}): ${
      formatBytes(fetched)
    } are to be fetched and ` +
      `${
        formatBytes(unpacked)
      } unpacked, so ${needed} bytes are needed, and the disk of ${cache} has ${left} left. ` +
      `Make room, set APPRENTICE_CACHE to a folder on another disk${cpu}.`,
  );
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return 0;
  }
}
