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
  const held = tryHold(root, name);
  if (typeof held !== "string") return held;
  throw new FileError(
    `Process ${held} works in the run folder ${root}. Wait for it, end it, or choose another folder.`,
  );
}

/** How often a folder is looked at that another process works in, in milliseconds. */
const LOOK_EVERY = 500;

/**
 * Keeps other processes out of a folder, as soon as none works in it any more; null if it was stopped before.
 *
 * @param busy Told once of the process that works in it.
 * @throws {FileError} If the folder cannot be written.
 */
export async function holdFolderWhenFree(
  root: string,
  name: string,
  busy: (pid: string) => void,
  signal?: AbortSignal,
): Promise<Disposable | null> {
  for (let looks = 0; !signal?.aborted; looks++) {
    const held = tryHold(root, name);
    if (typeof held !== "string") return held;
    if (looks === 0) busy(held);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return null;
}

/** What keeps others out, or the process that works there. */
function tryHold(root: string, name: string): Disposable | string {
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
  return /\d+/.exec(readTextFileSync(path))?.[0] ?? "another";
}
