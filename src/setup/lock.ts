/**
 * One set-up at a time. The system gives the lock back when a process ends in whatever way, so a lock never
 * outlives its holder.
 *
 * @module
 */

import { FileError } from "../base/errors.ts";
import { checkTarget, makeFolder } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";

/**
 * Waits until no other set-up works on this cache, and keeps others out until disposed of.
 *
 * @param cache The folder of the cache.
 * @param onWait Called once if another set-up has to be waited for.
 * @throws {FileError} If the cache cannot be written.
 */
export async function lockCache(cache: string, onWait: () => void): Promise<Disposable> {
  await makeFolder(cache);
  const path = `${cache}/setup.lock`;
  let file: Deno.FsFile | undefined;
  try {
    checkTarget(path);
    file = await Deno.open(path, { create: true, write: true });
    if (!await file.tryLock(true)) {
      onWait();
      await file.lock(true);
    }
    return file;
  } catch (error) {
    file?.close();
    if (isNotAllowed(error)) throw error;
    throw new FileError(
      `Cannot write or lock ${path}: ${(error as Error).message}. ` +
        "Set APPRENTICE_CACHE to a folder on a local disk that can be written.",
      { cause: error },
    );
  }
}
