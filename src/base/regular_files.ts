/**
 * Reading what is a file and nothing else. A path from a user or from a folder's listing may lead to a FIFO, which
 * opening waits at for ever, to a device that never ends, or to a folder: what it is is asked before it is opened.
 * Links are followed.
 *
 * @module
 */

import { ApprenticeError, FileError, FormatError } from "./errors.ts";

/** What a path leads to, in words: `"file"`, `"folder"`, `"FIFO"`. */
export function kindOf(info: Deno.FileInfo): string {
  if (info.isFile) return "file";
  if (info.isDirectory) return "folder";
  if (info.isSymlink) return "link";
  if (info.isFifo) return "FIFO";
  if (info.isSocket) return "socket";
  if (info.isCharDevice || info.isBlockDevice) return "device";
  return "special file";
}

/**
 * Makes sure that what was found at a path is a file.
 *
 * @throws {FileError} If it is a folder, FIFO, socket or device.
 */
export function checkIsFile(path: string, info: Deno.FileInfo): void {
  if (info.isFile) return;
  throw new FileError(
    `Cannot read ${path}: it is a ${kindOf(info)}, not a file. Give the path of a file.`,
  );
}

/**
 * Opens a file for reading.
 *
 * @throws {FormatError} If there is none.
 * @throws {FileError} If it is no file but a folder, FIFO, socket or device, or it cannot be read.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission.
 */
export async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    checkIsFile(path, await Deno.stat(path));
    return await Deno.open(path);
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/**
 * {@linkcode openFile}, without waiting for a promise.
 *
 * @throws As {@linkcode openFile} does.
 */
export function openFileSync(path: string): Deno.FsFile {
  try {
    checkIsFile(path, Deno.statSync(path));
    return Deno.openSync(path);
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/**
 * Reads a whole file.
 *
 * @param atMost The most bytes it may have.
 * @throws {FormatError} If there is none, or it is larger.
 * @throws {FileError} If it is no file but a folder, FIFO, socket or device, or it cannot be read.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission.
 */
export async function readFile(
  path: string,
  atMost = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const info = await Deno.stat(path);
    checkIsFile(path, info);
    checkSize(path, info.size, atMost);
    return await Deno.readFile(path);
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/**
 * {@linkcode readFile}, without waiting for a promise.
 *
 * @throws As {@linkcode readFile} does.
 */
export function readFileSync(path: string, atMost = Infinity): Uint8Array<ArrayBuffer> {
  try {
    const info = Deno.statSync(path);
    checkIsFile(path, info);
    checkSize(path, info.size, atMost);
    return Deno.readFileSync(path);
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/** No text that a person or a publisher writes about a model is larger, in bytes. */
export const LARGEST_TEXT: number = 64 << 20;

/**
 * Reads a whole file of text in UTF-8.
 *
 * @param atMost The most bytes it may have (default 64 MiB).
 * @throws As {@linkcode readFile} does.
 */
export async function readTextFile(path: string, atMost = LARGEST_TEXT): Promise<string> {
  return new TextDecoder().decode(await readFile(path, atMost));
}

/**
 * {@linkcode readTextFile}, without waiting for a promise.
 *
 * @throws As {@linkcode readFile} does.
 */
export function readTextFileSync(path: string, atMost = LARGEST_TEXT): string {
  return new TextDecoder().decode(readFileSync(path, atMost));
}

/**
 * A file's size in bytes.
 *
 * @throws As {@linkcode openFile} does.
 */
export function fileSizeSync(path: string): number {
  try {
    const info = Deno.statSync(path);
    checkIsFile(path, info);
    return info.size;
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/** Whether an error, or what caused it, says that nothing is there. */
export function isMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof Deno.errors.NotFound || at instanceof Deno.errors.NotADirectory) return true;
  }
  return false;
}

/**
 * Whether Deno itself refused, for want of a flag such as `--allow-read`. Its own message names the flag, so such an
 * error is passed on as it is: it says nothing of the file.
 */
export function isNotAllowed(error: unknown): error is Error {
  return error instanceof Deno.errors.NotCapable;
}

/** Throws an error on if Deno itself refused; see {@linkcode isNotAllowed}. */
export function passPermission(error: unknown): void {
  if (isNotAllowed(error)) throw error;
}

/**
 * Tells about a file that is to be read.
 *
 * @throws {FileError} If there is nothing of that name, or a folder, FIFO, socket or device.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission.
 */
export function statFileSync(path: string): Deno.FileInfo {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (cause) {
    passPermission(cause);
    throw new FileError(
      `Cannot read ${path}: ${(cause as Error).message}. Check that the file is there.`,
      { cause },
    );
  }
  checkIsFile(path, info);
  return info;
}

/**
 * Whether a path is that of a folder; else it is that of a file.
 *
 * @throws As {@linkcode statFileSync} does.
 */
export function isFolder(path: string): boolean {
  try {
    if (Deno.statSync(path).isDirectory) return true;
  } catch (error) {
    passPermission(error);
  }
  statFileSync(path);
  return false;
}

/** Whether a path is that of a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    passPermission(error);
    return false;
  }
}

/**
 * The error for what went wrong between this process and a file that is read. What is typed already, and what Deno
 * was not allowed to do, stays as it is.
 */
export function readProblem(path: string, cause: unknown): Error {
  if (cause instanceof ApprenticeError || isNotAllowed(cause)) return cause;
  if (isMissing(cause)) {
    return new FormatError(`There is no file ${path}; check the path.`, { cause });
  }
  return new FileError(`Cannot read ${path}: ${reasonOf(path, cause)}.`, { cause });
}

/** Why the system refused, with the file's mode where that is why. */
export function reasonOf(path: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
  if (!(cause instanceof Deno.errors.PermissionDenied)) {
    return `${reason}. Check what it is and who may read it`;
  }
  let whose = "";
  try {
    const { mode, uid } = Deno.statSync(path);
    if (mode !== null) {
      whose = `its mode is ${
        (mode & 0o777).toString(8).padStart(3, "0")
      } and its owner user ${uid}`;
    }
  } catch {
    whose = "a folder above it may not be entered";
  }
  return `${reason}: the system does not let this user (${
    whose || "see its access rights"
  }). Change its mode or owner, or run as another user`;
}

function checkSize(path: string, size: number, atMost: number): void {
  if (size <= atMost) return;
  throw new FormatError(
    `${path} has ${size} bytes; expected is a file of at most ${atMost}. Check what it is.`,
  );
}
