/**
 * Reading parts of a file that nobody vouches for.
 *
 * @module
 */

import { FileError, FormatError } from "../errors.ts";

/** Throws the error for a file that is not sound. */
export type Bad = (what: string) => never;

/** The {@linkcode Bad} of a file: its message names the file and the remedy. */
export function badFile(path: string, kind = "checkpoint"): Bad {
  return (what) => {
    throw new FormatError(
      `${path} is not a sound ${kind}: ${what}. Fetch or write the file anew.`,
    );
  };
}

/** Text of a file as a message shows it: quoted, without control characters, short. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The error for what went wrong between this process and the file. */
export function unreadable(path: string, cause: unknown): FileError | FormatError {
  if (cause instanceof Deno.errors.NotFound) {
    return new FormatError(`There is no file ${path}; check the path.`, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FileError(`Cannot read ${path}: ${reason}. Check what it is and who may read it.`, {
    cause,
  });
}

/** A file's size in bytes. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A file that is open for reading. */
export class FileReader implements Disposable {
  /** Its path. */
  readonly path: string;
  /** Its size in bytes when it was opened. */
  readonly size: number;
  readonly #file: Deno.FsFile;
  readonly #bad: Bad;

  /**
   * Opens a file. `bad` throws the error for one that is too short.
   *
   * @throws {FormatError} if there is none.
   * @throws {FileError} if it cannot be read.
   */
  constructor(path: string, bad: Bad = badFile(path)) {
    this.path = path;
    this.#bad = bad;
    try {
      this.#file = Deno.openSync(path);
    } catch (cause) {
      throw unreadable(path, cause);
    }
    try {
      this.size = this.#file.statSync().size;
    } catch (cause) {
      this.#file.close();
      throw unreadable(path, cause);
    }
  }

  /**
   * The `length` bytes from `at` on. The range must lie in the file: memory is taken for all of it.
   *
   * @throws {FormatError} if the range leaves the file, or the file became shorter.
   */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(at >= 0 && length >= 0 && at + length <= this.size)) {
      this.#bad(`it ends at byte ${this.size}, and bytes up to ${at + length} are needed`);
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    try {
      this.#file.seekSync(at, Deno.SeekMode.Start);
      while (filled < length) {
        const count = this.#file.readSync(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
    } catch (cause) {
      throw unreadable(this.path, cause);
    }
    if (filled < length) this.#bad("it became shorter while it was read");
    return bytes;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
