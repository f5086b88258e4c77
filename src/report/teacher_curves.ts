/**
 * What metrics say about single teachers, as charts.
 *
 * @module
 */

import type { CurvesBlock } from "./data.ts";
import type { MetricRecord } from "./metrics_sink.ts";
import { curvesFromMetrics } from "./sections.ts";
import { parseTeacherField } from "./teacher_fields.ts";

/** Options of {@linkcode teacherCurves}. */
export interface TeacherCurvesOptions {
  /** The field that runs along the horizontal axis (default `"step"`). */
  x?: string;
  /** Which records count (default: all; where there are records of steps, those of epochs do not). */
  where?: (record: MetricRecord) => boolean;
  /** Averages this many neighboring points (default: as it is). */
  smooth?: number;
}

/** What is a share of 1, shown as a percentage. */
const SHARES = new Set(["agreement", "accuracy", "alike", "consensus", "pseudoClass"]);

/** What a method records under a name that is one word to it. */
const WORDS: Readonly<Record<string, string>> = {
  alike: "same class as another voter, mean",
  consensus: "agreement with the consensus",
  pseudoClass: "agreement with the pseudo class",
  reconstruction: "loss of reconstruction",
  distance: "distance from what its head predicts",
  mmd: "discrepancy of its codes from the student's",
};

/**
 * A chart for each thing that metrics tell of teachers (reconstruction, agreement), with a line for each teacher: what is
 * named as `teacherField` says.
 */
export function teacherCurves(
  records: readonly MetricRecord[],
  options: TeacherCurvesOptions = {},
): CurvesBlock[] {
  const { x = "step", smooth } = options;
  const chosen = options.where ? records.filter(options.where) : records;
  /** For each thing that is told, the fields that tell it and whether records of steps have them. */
  const told = new Map<string, { lines: Record<string, string>; steps: boolean }>();
  for (const record of chosen) {
    for (const field in record) {
      const about = parseTeacherField(field);
      if (!about) continue;
      let entry = told.get(about.what);
      if (!entry) told.set(about.what, entry = { lines: {}, steps: false });
      entry.lines[field] = about.name;
      entry.steps ||= record.event !== "epoch";
    }
  }
  const named = (what: string) => Object.hasOwn(WORDS, what) ? WORDS[what] : what;
  return Array.from(told, ([what, { lines, steps }]) =>
    curvesFromMetrics(chosen, {
      title: `Teachers: ${named(what)}`,
      x,
      y: named(what),
      fields: lines,
      // The mean over an epoch is another curve than those over a few steps.
      where: steps ? ({ event }) => event !== "epoch" : undefined,
      smooth,
      percent: SHARES.has(what),
    })).filter(({ series }) => series.length > 0);
}
