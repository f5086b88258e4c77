/**
 * Writing files so that nobody ever sees half of one: to a temporary name beside the target, then
 * renamed. A crash leaves the old file or the new one under the final name.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { ApprenticeError, FileError } from "./errors.ts";
import { isNotAllowed, kindOf } from "./regular_files.ts";
import {
  createTemporarySync,
  folderOf,
  holdFolder,
  removeTemporariesNowAndThen,
  type Temporary,
  temporaryName,
} from "./temporaries.ts";

export { removeTemporaries, temporaryName } from "./temporaries.ts";

/**
 * Writes a whole file, or leaves what was there as it was. Folders that lack are made. A link stays: what it leads
 * to is written. What killed processes left of earlier writes to this file is cleared away.
 *
 * @param path The file's final name.
 * @param content Bytes, or text to be written as UTF-8.
 * @throws {FileError} If the place cannot be written, or is no file but a folder, FIFO, socket or device; nothing is
 * left behind.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission to read and write in that folder.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const { target, mode } = findTarget(path);
  await makeFolder(folderOf(target));
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let temporary: Temporary | undefined;
  try {
    removeTemporariesNowAndThen(target);
    temporary = createTemporarySync(target, mode);
    const { file } = temporary;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    // Without this a power cut could leave the new name with an empty file.
    await file.syncData();
    await Deno.rename(temporary.path, target);
  } catch (error) {
    if (temporary) await Deno.remove(temporary.path).catch(() => {});
    throw writeError(path, error);
  } finally {
    temporary?.file.close();
  }
}

/**
 * {@linkcode writeAtomic}, without waiting for a promise.
 *
 * @param path The file's final name.
 * @param content Bytes, or text to be written as UTF-8, or parts that follow each other: what makes them
 * may throw, which is passed on and leaves nothing behind.
 * @throws As {@linkcode writeAtomic} does.
 */
export function writeAtomicSync(
  path: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
): void {
  const { target, mode } = findTarget(path);
  makeFolderSync(folderOf(target));
  const parts = typeof content === "string"
    ? [new TextEncoder().encode(content)]
    : content instanceof Uint8Array
    ? [content]
    : content;
  let temporary: Temporary | undefined;
  try {
    removeTemporariesNowAndThen(target);
    temporary = createTemporarySync(target, mode);
    const { file } = temporary;
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    }
    file.syncDataSync();
    Deno.renameSync(temporary.path, target);
  } catch (error) {
    try {
      if (temporary) Deno.removeSync(temporary.path);
    } catch {
      // Its folder is gone: there is nothing left behind.
    }
    throw writeError(path, error);
  } finally {
    temporary?.file.close();
  }
}

/**
 * Makes sure that a path can be written as a file: nothing stands there, or a file, or a link to one.
 *
 * @throws {FileError} If a folder, FIFO, socket or device stands there.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission to look.
 */
export function checkTarget(path: string): void {
  findTarget(path);
}

/** Links that lead to links are followed this often, as Linux does. */
const MOST_LINKS = 40;

/**
 * Where writing to a path leads: through links, also to a file that is not there yet.
 *
 * @returns The path that is no link, and the access rights of the file that is there.
 * @throws {FileError} If something stands there that is no file.
 */
function findTarget(path: string): { target: string; mode?: number } {
  let target = path;
  for (let links = 0;; links++) {
    let info: Deno.FileInfo;
    try {
      info = Deno.lstatSync(target);
    } catch (error) {
      // Nothing is there, or what it is shows when it is written.
      if (isNotAllowed(error)) throw error;
      return { target };
    }
    if (info.isFile) return { target, mode: info.mode === null ? undefined : info.mode & 0o777 };
    if (!info.isSymlink || links === MOST_LINKS) {
      throw new FileError(
        `Cannot write ${path}: ${
          info.isSymlink
            ? "it is a link that leads in a circle"
            : `${target === path ? "it is" : `it leads to ${target},`} a ${
              kindOf(info)
            }, not a file`
        }. Give the name of a file.`,
      );
    }
    const next = Deno.readLinkSync(target);
    target = isAbsolute(next) ? next : `${folderOf(target)}/${next}`;
  }
}

/**
 * Makes a folder and those above it; one that exists is fine.
 *
 * @throws {FileError} If it cannot be made.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * {@linkcode makeFolder}, without waiting for a promise.
 *
 * @throws {FileError} If it cannot be made.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission.
 */
export function makeFolderSync(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Makes a folder as a whole: `fill` writes into a new temporary folder beside `path`, which gets its
 * final name only when `fill` is done. What stood under that name before is replaced.
 *
 * @param path The folder's final name.
 * @param fill Given the temporary folder's path, puts everything into it.
 * @returns What `fill` returned.
 * @throws {FileError} If the place cannot be written. What `fill` throws is passed on. In both cases
 * what was there before stays and nothing is left behind.
 */
export async function makeFolderAtomic<T>(
  path: string,
  fill: (temporary: string) => Promise<T>,
): Promise<T> {
  removeTemporariesNowAndThen(path);
  const temporary = temporaryName(path);
  await makeFolder(temporary);
  using _held = holdFolder(temporary);
  try {
    const result = await fill(temporary);
    await replaceFolder(temporary, path);
    return result;
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** Gives a finished folder its final name, in place of one that may be there. */
async function replaceFolder(temporary: string, path: string): Promise<void> {
  const old = temporaryName(path);
  try {
    // A folder that is not empty cannot be renamed over, so the old one steps aside first.
    await Deno.rename(path, old).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    try {
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.rename(old, path).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw writeError(path, error);
  }
  await Deno.remove(old, { recursive: true }).catch(() => {});
}

/** Says which place could not be written, and why. */
function writeError(path: string, error: unknown): Error {
  if (error instanceof ApprenticeError || isNotAllowed(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const full = /os error (28|122)\b/.test(reason);
  return new FileError(
    `Cannot write ${path}: ${reason}. ` +
      (full ? "Make room on that disk" : "Check that the folder exists and may be written") +
      ", or choose another place.",
    { cause: error },
  );
}
