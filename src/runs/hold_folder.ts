/**
 * One process in a folder at a time.
 *
 * @module
 */

import { join } from "node:path";
import { FileError } from "../base/errors.ts";
import { isNotAllowed, readTextFileSync } from "../base/regular_files.ts";

/**
 * Keeps other processes out of a folder until disposed of. The system gives it back when a process ends in whatever way.
 *
 * @param root The folder.
 * @param name The name of the file that is locked.
 * @throws {FileError} If a process works in the folder already, or it cannot be written.
 */
export function holdFolder(root: string, name: string): Disposable {
  const path = join(root, name);
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path, { create: true, read: true, write: true });
    if (file.tryLockSync(true)) {
      file.truncateSync();
      file.writeSync(new TextEncoder().encode(String(Deno.pid)));
      return file;
    }
  } catch (error) {
    file?.close();
    if (isNotAllowed(error)) throw error;
    throw new FileError(
      `Cannot write or lock ${path}: ${
        (error as Error).message
      }. Choose a folder that can be written.`,
      { cause: error },
    );
  }
  file.close();
  const [pid] = /\d+/.exec(readTextFileSync(path)) ?? ["another"];
  throw new FileError(
    `Process ${pid} works in the run folder ${root}. Wait for it, end it, or choose another folder.`,
  );
}
