/**
 * Writing files so that nobody ever sees half of one: to a temporary name beside the target, then
 * renamed. A crash leaves the old file or the new one under the final name.
 *
 * @module
 */

import { ApprenticeError, FileError } from "./errors.ts";

/** A name beside `path` that no other process and no other call uses. */
export function temporaryName(path: string): string {
  return `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/**
 * Removes what processes that were killed left of writes to `path`. For files that only one process
 * writes: another's write that is under way would be lost.
 */
export function removeTemporaries(path: string): void {
  const folder = folderOf(path);
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  try {
    for (const entry of Deno.readDirSync(folder)) {
      if (!entry.name.startsWith(`${name}.`)) continue;
      if (!/^\d+-[0-9a-f]{8}\.tmp$/.test(entry.name.slice(name.length + 1))) continue;
      Deno.removeSync(`${folder}/${entry.name}`);
    }
  } catch {
    // They are in nobody's way.
  }
}

/**
 * Writes a whole file, or leaves what was there as it was. Folders that lack are made.
 *
 * @param path The file's final name.
 * @param content Bytes, or text to be written as UTF-8.
 * @throws {FileError} If the place cannot be written; nothing is left behind.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolder(folderOf(path));
  const temporary = temporaryName(path);
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      // Without this a power cut could leave the new name with an empty file.
      await file.syncData();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw writeError(path, error);
  }
}

/**
 * {@linkcode writeAtomic}, without waiting for a promise.
 *
 * @param path The file's final name.
 * @param content Bytes, or text to be written as UTF-8, or parts that follow each other: what makes them
 * may throw, which is passed on and leaves nothing behind.
 * @throws {FileError} If the place cannot be written; nothing is left behind.
 */
export function writeAtomicSync(
  path: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
): void {
  makeFolderSync(folderOf(path));
  const temporary = temporaryName(path);
  try {
    const file = Deno.openSync(temporary, { write: true, createNew: true });
    try {
      const parts = typeof content === "string"
        ? [new TextEncoder().encode(content)]
        : content instanceof Uint8Array
        ? [content]
        : content;
      for (const bytes of parts) {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      }
      file.syncDataSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made, or its folder is gone: there is nothing left behind.
    }
    if (error instanceof ApprenticeError) throw error;
    throw writeError(path, error);
  }
}

/**
 * Makes a folder and those above it; one that exists is fine.
 *
 * @throws {FileError} If it cannot be made.
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
  const temporary = temporaryName(path);
  await makeFolder(temporary);
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

/**
 * Tells about a file that is to be read, and refuses what is none: reading from a pipe or a terminal may wait for
 * ever, and reading from a device never end. A link counts as what it leads to.
 *
 * @throws {FileError} If there is nothing of that name, or something else than a file.
 * @throws {Deno.errors.NotCapable} If reading it was not permitted.
 */
export function statRegular(path: string): Deno.FileInfo {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    passPermission(error);
    throw new FileError(
      `Cannot read ${path}: ${(error as Error).message}. Check that the file is there.`,
      { cause: error },
    );
  }
  if (info.isFile) return info;
  throw new FileError(`Cannot read ${path}: it is ${kindOf(info)}, not a file.`);
}

/** What something that is no file is called. */
function kindOf(info: Deno.FileInfo): string {
  if (info.isDirectory) return "a folder";
  if (info.isFifo) return "a pipe";
  if (info.isSocket) return "a socket";
  return info.isBlockDevice || info.isCharDevice ? "a device" : "something else";
}

/**
 * Throws an error on if Deno refused something that it was not permitted: nothing is wrong with the file then, and the
 * message says which permission to give.
 */
export function passPermission(error: unknown): void {
  if (error instanceof Deno.errors.NotCapable) throw error;
}

/** The folder that a file lies in. */
function folderOf(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}

/** Says which place could not be written, and why. */
function writeError(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  passPermission(error);
  const reason = error instanceof Error ? error.message : String(error);
  const full = /os error (28|122)\b/.test(reason);
  return new FileError(
    `Cannot write ${path}: ${reason}. ` +
      (full ? "Make room on that disk" : "Check that the folder exists and may be written") +
      ", or choose another place.",
    { cause: error },
  );
}
