/**
 * A copy of a run's metrics as CSV, with a column for each field.
 *
 * @module
 */

import { writeAtomicSync } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { appendTo, type MetricsCopy, openCopy } from "./metrics_copy.ts";
import type { MetricRecord, MetricValue } from "./metrics_sink.ts";

/** Records to one piece of a file. */
const PIECE = 1000;

/**
 * One CSV file. Columns stand in the order in which fields came; a field that is new makes the file be written anew.
 */
export class CsvCopy implements MetricsCopy {
  readonly #path: string;
  readonly #encoder = new TextEncoder();
  readonly #columns = new Set<string>();
  #file: Deno.FsFile | undefined;

  /** Writes the file `path`; nothing is opened yet. */
  constructor(path: string) {
    this.#path = path;
  }

  existing(): string[] {
    try {
      Deno.lstatSync(this.#path);
      return [this.#path];
    } catch (error) {
      // What else stands in the way shows when it is written.
      if (isNotAllowed(error)) throw error;
      return [];
    }
  }

  rebuild(records: readonly MetricRecord[]): void {
    this.close();
    this.#columns.clear();
    for (const record of records) for (const field in record) this.#columns.add(field);
    writeAtomicSync(this.#path, this.#pieces(records));
    this.#file = openCopy(this.#path);
  }

  *#pieces(records: readonly MetricRecord[]): Generator<Uint8Array> {
    if (this.#columns.size === 0) return;
    yield this.#encoder.encode(csvLine([...this.#columns]));
    for (let at = 0; at < records.length; at += PIECE) {
      yield this.#encoder.encode(
        records.slice(at, at + PIECE).map((record) => this.#line(record)).join(""),
      );
    }
  }

  #line(record: MetricRecord): string {
    return csvLine(Array.from(this.#columns, (column) => record[column]));
  }

  append(record: MetricRecord, all: () => readonly MetricRecord[]): void {
    if (Object.keys(record).some((field) => !this.#columns.has(field))) this.rebuild(all());
    else if (this.#columns.size > 0) {
      appendTo(this.#file!, this.#path, this.#encoder.encode(this.#line(record)));
    }
  }

  flush(): void {
    this.#file?.syncDataSync();
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/**
 * Values as a line of CSV, quoted as RFC 4180 says. What is absent or null is empty, text without letters is `""`;
 * numbers that are none are `NaN`, `inf` and `-inf`, a list is `"[0.5,1]"`.
 */
export function csvLine(values: readonly (MetricValue | undefined)[]): string {
  const line = values.map(csvCell).join(",");
  return (line === "" ? '""' : line) + "\n"; // An empty line would be no record.
}

function csvCell(value: MetricValue | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : `[${value.map(numberText).join(",")}]`;
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function numberText(value: number): string {
  return Math.abs(value) === Infinity ? (value > 0 ? "inf" : "-inf") : String(value);
}
