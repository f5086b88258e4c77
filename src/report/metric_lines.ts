/**
 * Records of metrics as lines of JSON.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../base/errors.ts";
import type { MetricRecord, MetricValue } from "./metrics_sink.ts";

/**
 * The field that lists the numbers JSON cannot hold. They are written as `null`, and here as
 * `[field, "NaN"]` or, within a list, `[field, index, "NaN"]`.
 */
const NON_FINITE = "nonFinite";

/** A record as JSON. */
export function toLine(record: MetricRecord): string {
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
export function parseLines(
  text: string,
  path: string,
): { records: MetricRecord[]; whole: boolean } {
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
