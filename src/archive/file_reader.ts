/**
 * Reading parts of a file that nobody vouches for.
 *
 * @module
 */

import { FormatError } from "../base/errors.ts";
import { openFileSync, readProblem } from "../base/regular_files.ts";

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

/** A file that is open for reading. */
export class FileReader implements Disposable {
  /** The file's path. */
  readonly path: string;
  /** The file's size in bytes when it was opened. */
  readonly size: number;
  readonly #file: Deno.FsFile;
  readonly #bad: Bad;

  /**
   * Opens a file. `bad` throws the error for one that is too short.
   *
   * @throws {FormatError} if there is none.
   * @throws {FileError} if it is no file but a folder, FIFO, socket or device, or it cannot be read.
   */
  constructor(path: string, bad: Bad = badFile(path)) {
    this.path = path;
    this.#bad = bad;
    this.#file = openFileSync(path);
    try {
      this.size = this.#file.statSync().size;
    } catch (cause) {
      this.#file.close();
      throw readProblem(path, cause);
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
      throw readProblem(this.path, cause);
    }
    if (filled < length) this.#bad("it became shorter while it was read");
    return bytes;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
