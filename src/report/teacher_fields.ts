/**
 * What metrics say about single teachers. The field `teachers.<name>.<what>` holds it: `teachers.ViT-S/14.agreement`.
 * A name may hold points, what is told of it may not.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { CurvesBlock } from "./data.ts";
import type { MetricRecord } from "./metrics_sink.ts";
import { curvesFromMetrics } from "./sections.ts";

const FIELD = /^teachers\.(.+)\.([^.]+)$/s;

/**
 * The field of metrics for what is told of a teacher: `teacherField("ViT-S/14", "agreement")` is
 * `teachers.ViT-S/14.agreement`.
 *
 * @throws {ArgumentError} If the name is empty, or `what` is empty or has a point.
 */
export function teacherField(name: string, what: string): string {
  const field = `teachers.${name}.${what}`;
  if (parseTeacherField(field)?.what === what) return field;
  throw new ArgumentError(
    `Metrics: no field can be named after the teacher ${JSON.stringify(name)} and ${
      JSON.stringify(what)
    }; give a name, and a word without points such as "agreement".`,
  );
}

/** What a field of metrics is about, if it is about a teacher. */
export function parseTeacherField(field: string): { name: string; what: string } | undefined {
  const [, name, what] = FIELD.exec(field) ?? [];
  return name === undefined ? undefined : { name, what };
}

/** Options of {@linkcode teacherCurves}. */
export interface TeacherCurvesOptions {
  /** The field that runs along the horizontal axis (default `"step"`). */
  x?: string;
  /** Which records count (default: all that have the fields). */
  where?: (record: MetricRecord) => boolean;
  /** Averages this many neighboring points (default: as it is). */
  smooth?: number;
}

/** Of these fields the values are fractions of 1. */
const SHARES = ["agreement", "accuracy"];

/** A chart for each thing that metrics tell of teachers (agreement, loss), with a line for each teacher. */
export function teacherCurves(
  records: readonly MetricRecord[],
  options: TeacherCurvesOptions = {},
): CurvesBlock[] {
  const { x = "step", where, smooth } = options;
  const fields = new Map<string, Record<string, string>>();
  const seen = new Set<string>();
  for (const record of records) {
    for (const field in record) {
      if (seen.has(field)) continue;
      seen.add(field);
      const about = parseTeacherField(field);
      if (!about) continue;
      if (!fields.has(about.what)) fields.set(about.what, {});
      fields.get(about.what)![field] = about.name;
    }
  }
  return Array.from(fields, ([what, lines]) =>
    curvesFromMetrics(records, {
      title: `Teachers: ${what}`,
      x,
      y: what,
      fields: lines,
      where,
      smooth,
      percent: SHARES.includes(what),
    })).filter(({ series }) => series.length > 0);
}
