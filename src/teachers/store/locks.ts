/**
 * Locks between processes. The system takes a lock back when its holder ends in whatever way, so none is ever stale: also
 * between containers, where numbers of processes tell nothing.
 *
 * @module
 */

import { FileError } from "../../base/errors.ts";
import { makeFolderSync } from "../../base/files.ts";
import { isNotAllowed } from "../../base/regular_files.ts";
import { folderOf } from "../../base/temporaries.ts";

/**
 * Takes a lock that keeps an entry from being evicted. Waits while another process is evicting it.
 *
 * @returns What gives it back; it holds nothing where files cannot be locked, or the store only be read.
 */
export function holdInUse(path: string): Disposable {
  return hold(path, (file) => {
    file.lockSync(false);
    return true;
  })!;
}

/** Takes a lock that nobody else may have at the same time; null if somebody has it. */
export function holdAlone(path: string): Disposable | null {
  return hold(path, tryLock);
}

/** Takes a lock if `take` does; what holds nothing where files cannot be locked, or the store only be read. */
function hold(path: string, take: (file: Deno.FsFile) => boolean): Disposable | null {
  let file: Deno.FsFile | undefined;
  try {
    makeFolderSync(folderOf(path));
    file = Deno.openSync(path, { read: true, write: true, create: true });
    if (take(file)) return file;
    file.close();
    return null;
  } catch (error) {
    file?.close();
    if (isNotAllowed(error)) throw error;
    return { [Symbol.dispose]() {} };
  }
}

/**
 * Claims a piece of work for this process: makes a file that says who works on it, and locks it. The file goes when the
 * claim is given up.
 *
 * @returns The claim; null while a living process has it.
 * @throws {FileError} if the file cannot be made.
 */
export function claim(path: string): Disposable | null {
  for (;;) {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(path, { read: true, write: true, create: true });
    } catch (cause) {
      if (isNotAllowed(cause)) throw cause;
      throw new FileError(
        `Cannot write ${path}: ${
          (cause as Error).message
        }. Make room on that disk, or look who may write ` +
          "in the store.",
        { cause },
      );
    }
    if (!tryLock(file)) {
      file.close();
      return null;
    }
    // Who had it may have removed the file between its opening and its locking: then this lock keeps nobody out.
    if (!isStillAt(file, path)) {
      file.close();
      continue;
    }
    const text = `process ${Deno.pid}${onHost()} since ${new Date().toISOString()}\n`;
    try {
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(text));
    } catch {
      // It is for people; a full disk will be told of by the shard itself.
    }
    let held = true;
    return {
      [Symbol.dispose]() {
        // Once: afterwards the file may be another process's.
        if (!held) return;
        held = false;
        try {
          Deno.removeSync(path);
        } catch {
          // It is in nobody's way.
        }
        file.close();
      },
    };
  }
}

/** Whether a living process has a claim. Makes no file. */
export function isClaimed(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    return !file.tryLockSync(true);
  } catch {
    return false;
  }
}

/** The machine's name where it may be asked without interrupting who works at a terminal. */
function onHost(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? ` on ${Deno.hostname()}` : "";
}

/** Removes the files of claims that dead processes left in a folder. */
export function removeDeadClaims(folder: string): void {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return;
  }
  for (const name of names) {
    if (!/^\d+\.lock$/.test(name)) continue;
    try {
      claim(`${folder}/${name}`)?.[Symbol.dispose]();
    } catch {
      // Who may only read the store leaves it as it is.
    }
  }
}

function tryLock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    // There are no locks here. Two who compute one shard compute the same, and it is put in place as a whole.
    return true;
  }
}

function isStillAt(file: Deno.FsFile, path: string): boolean {
  try {
    const [own, there] = [file.statSync(), Deno.statSync(path)];
    return own.ino === there.ino && own.dev === there.dev;
  } catch {
    return false;
  }
}
