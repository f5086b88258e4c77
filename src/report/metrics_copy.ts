/**
 * What copies of a run's metrics for other programs have in common.
 *
 * @module
 */

import { ApprenticeError, FileError } from "../base/errors.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import type { MetricRecord } from "./metrics_sink.ts";

/** The records of `metrics.jsonl` once more, in a form that another program reads. */
export interface MetricsCopy {
  /** The files of the copy that are there already. */
  existing(): string[];
  /** Makes the copy say what `records` say, atomically, and opens it to go on. */
  rebuild(records: readonly MetricRecord[]): void;
  /** Adds a record; `all` reads all there are, this one included. */
  append(record: MetricRecord, all: () => readonly MetricRecord[]): void;
  /** Makes sure that it outlives a power cut. */
  flush(): void;
  /** Closes the file. */
  close(): void;
}

/** Opens a file that was just written, to append to it. */
export function openCopy(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { append: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Appends bytes, all of them. */
export function appendTo(file: Deno.FsFile, path: string, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** What to throw when something went wrong with a file or folder. */
export function cannotWrite(path: string, error: unknown): Error {
  if (error instanceof ApprenticeError || isNotAllowed(error)) return error;
  return new FileError(
    `Cannot write metrics to ${path}: ${error instanceof Error ? error.message : error}. ` +
      "Make room on that disk and check that the folder may be written, then resume.",
    { cause: error },
  );
}
