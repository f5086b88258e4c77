/**
 * The numbers of a run, one JSON line per record, in `metrics.jsonl`.
 *
 * @module
 */

import { ApprenticeError, FileError } from "../base/errors.ts";
import { checkTarget, makeFolderSync, writeAtomicSync } from "../base/files.ts";
import { isMissing, isNotAllowed, readTextFileSync } from "../base/regular_files.ts";
import { parseLines, toLine } from "./metric_lines.ts";
import type { MetricRecord, MetricsSink } from "./metrics_sink.ts";

export type { MetricRecord, MetricsSink, MetricValue } from "./metrics_sink.ts";

/** Options of {@linkcode MetricsLog}. */
export interface MetricsLogOptions {
  /** Goes on with the file that is there, instead of refusing to overwrite it (default false). */
  resume?: boolean;
  /**
   * With `resume`: which of the old records stay. A run that goes on from a checkpoint at step 400
   * drops what an earlier process logged after it: `(record) => Number(record.step) <= 400`.
   */
  keep?: (record: MetricRecord) => boolean;
}

/**
 * Appends records to a file of JSON lines. Every record goes to the system at once (a few
 * microseconds), so a process that dies loses at most the line that it was writing; such a half line is
 * dropped when the file is read or resumed.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   using metrics = new train.MetricsLog(`${folder}/metrics.jsonl`);
 *   metrics.log({ step: 1, phase: "student", loss: 2.31, accuracy: [0.1, 0.12] });
 * }
 * console.log(train.readMetrics(`${folder}/metrics.jsonl`));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class MetricsLog implements MetricsSink {
  /** The file that is written. */
  readonly path: string;
  #file: Deno.FsFile | undefined;
  readonly #encoder = new TextEncoder();

  /**
   * Opens the file, and makes its folder if that lacks.
   *
   * @param path The file, usually `metrics.jsonl` in the run folder.
   * @throws {FileError} If it cannot be opened, or exists already and `resume` is not set.
   * @throws {FormatError} With `resume`, if a line other than the last one is damaged.
   */
  constructor(path: string, options: MetricsLogOptions = {}) {
    this.path = path;
    makeFolderSync(path.replace(/[^/\\]*$/, "") || ".");
    if (options.resume) repair(path, options.keep ?? (() => true));
    this.#file = openToAppend(path, !options.resume);
  }

  /**
   * Drops the records that are not wanted, as the option `keep` does: a run that goes on from a
   * checkpoint does away with what was logged after it.
   *
   * @throws {FileError} If the log is closed, or the file cannot be written.
   */
  retain(keep: (record: MetricRecord) => boolean): void {
    if (!this.#file) throw this.#closed();
    this.close();
    repair(this.path, keep);
    this.#file = openToAppend(this.path, false);
  }

  #closed(): FileError {
    return new FileError(`${this.path} is closed: open a new MetricsLog to go on.`);
  }

  /**
   * Appends one record.
   *
   * @param record Fields by name. NaN and infinities are kept: {@linkcode readMetrics} gives them back.
   * @throws {ArgumentError} If a field is neither number, text, boolean, null nor a list of numbers.
   * @throws {FileError} If the log is closed, or the line cannot be written.
   */
  log(record: MetricRecord): void {
    if (!this.#file) throw this.#closed();
    const bytes = this.#encoder.encode(toLine(record) + "\n");
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      throw new FileError(
        `Cannot write metrics to ${this.path}: ${
          reason(error)
        }. Make room on that disk, then resume.`,
        { cause: error },
      );
    }
  }

  /** Makes sure that what was logged outlives a power cut, as is done on close. */
  flush(): void {
    this.#file?.syncDataSync();
  }

  /** Flushes and closes the file. Closing twice is fine. */
  close(): void {
    if (!this.#file) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      file.syncDataSync();
    } finally {
      file.close();
    }
  }

  /** {@linkcode MetricsLog.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads a file of metrics. A last line that was cut off by a crash is left out.
 *
 * @param path The file that a {@linkcode MetricsLog} wrote.
 * @returns The records in the order they were logged.
 * @throws {FileError} If the file cannot be read.
 * @throws {FormatError} If a line other than the last one is not a record.
 */
export function readMetrics(path: string): MetricRecord[] {
  try {
    return parseLines(readTextFileSync(path, Infinity), path).records;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new FileError(
      `Cannot read metrics from ${path}: ${reason(error)}. Check the path of the run folder.`,
      { cause: error },
    );
  }
}

function openToAppend(path: string, createNew: boolean): Deno.FsFile {
  try {
    checkTarget(path);
    return Deno.openSync(path, { append: true, create: true, createNew });
  } catch (error) {
    if (error instanceof ApprenticeError || isNotAllowed(error)) throw error;
    const remedy = error instanceof Deno.errors.AlreadyExists
      ? "Pass { resume: true } to go on with it, or choose another file."
      : "Check that the folder may be written, or choose another place.";
    throw new FileError(`Cannot open ${path} for metrics: ${reason(error)}. ${remedy}`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Drops a half last line and the records that are not wanted, leaving a file to append to. */
function repair(path: string, keep: (record: MetricRecord) => boolean): void {
  let text: string;
  try {
    text = readTextFileSync(path, Infinity);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const { records, whole } = parseLines(text, path);
  const kept = records.filter(keep);
  if (whole && kept.length === records.length) return;
  writeAtomicSync(path, kept.map((record) => toLine(record) + "\n").join(""));
}
