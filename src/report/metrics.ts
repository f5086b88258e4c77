/**
 * The numbers of a run, one JSON line per record, in `metrics.jsonl`.
 *
 * @module
 */

import { ApprenticeError, ArgumentError, FileError, FormatError } from "../base/errors.ts";
import { checkTarget, makeFolderSync, writeAtomicSync } from "../base/files.ts";
import { isMissing, isNotAllowed, readTextFileSync } from "../base/regular_files.ts";

/** What a record's field may hold. */
export type MetricValue = number | string | boolean | null | readonly number[];

/** One line of metrics: `{ step: 120, phase: "student", loss: 0.41 }`. */
export type MetricRecord = { readonly [field: string]: MetricValue };

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
 * The field that lists the numbers JSON cannot hold. They are written as `null`, and here as
 * `[field, "NaN"]` or, within a list, `[field, index, "NaN"]`.
 */
const NON_FINITE = "nonFinite";

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
export class MetricsLog {
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

/** A record as JSON. */
function toLine(record: MetricRecord): string {
  const out: Record<string, unknown> = {};
  const notes: unknown[] = [];
  for (const [field, value] of Object.entries(record)) {
    if (field === NON_FINITE) {
      throw new ArgumentError(
        `Metrics: the name "${NON_FINITE}" is taken; call the field otherwise.`,
      );
    }
    if (value === undefined) continue;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) notes.push([field, String(value)]);
      out[field] = value; // JSON.stringify writes null for the ones noted
    } else if (Array.isArray(value) && value.every((item) => typeof item === "number")) {
      value.forEach((item, index) => {
        if (!Number.isFinite(item)) notes.push([field, index, String(item)]);
      });
      out[field] = value;
    } else if (value === null || typeof value === "string" || typeof value === "boolean") {
      out[field] = value;
    } else {
      throw new ArgumentError(
        `Metrics: "${field}" is ${
          Array.isArray(value) ? "a list of other things" : typeof value
        }; ` +
          "give a number, text, boolean, null or a list of numbers (tensors: .item() or .toArray()).",
      );
    }
  }
  if (notes.length > 0) out[NON_FINITE] = notes;
  return JSON.stringify(out);
}

/** A line as the record that was logged. Undefined if it is not one. */
function fromLine(line: string): MetricRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const record = parsed as Record<string, MetricValue | number[]>;
  const notes: unknown = record[NON_FINITE];
  if (notes === undefined) return record;
  delete record[NON_FINITE];
  if (!Array.isArray(notes)) return undefined;
  for (const note of notes) {
    if (!Array.isArray(note)) return undefined;
    const [field, index] = note;
    const number = Number(note.at(-1));
    const list = record[field];
    if (note.length === 2) record[field] = number;
    else if (Array.isArray(list)) list[index] = number;
    else return undefined;
  }
  return record;
}

/** All records of a file; `whole` is false if the last line has to be mended or dropped. */
function parseLines(text: string, path: string): { records: MetricRecord[]; whole: boolean } {
  const lines = text.split("\n");
  const whole = lines.at(-1) === "";
  if (whole) lines.pop();
  const records: MetricRecord[] = [];
  for (const [index, line] of lines.entries()) {
    const record = fromLine(line);
    if (record) records.push(record);
    else if (index === lines.length - 1) return { records, whole: false };
    else {
      throw new FormatError(
        `${path}, line ${index + 1}: not a record of metrics: ${
          JSON.stringify(line.slice(0, 60))
        }. ` +
          "Remove that line, or start a new run folder.",
      );
    }
  }
  return { records, whole };
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
