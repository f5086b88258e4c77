/**
 * The blocks that reports of several methods share, made from what a run knows: learning curves from
 * its metrics, accuracy by class, the account of the votes, the facts of the machine.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { formatDuration } from "../base/text.ts";
import { VERSION } from "../base/version.ts";
import type { MetricRecord } from "./metrics.ts";
import type { BarsBlock, Curve, CurvesBlock, HeatmapBlock, HistogramBlock } from "./data.ts";

/** Which chart to make of metrics; see {@linkcode curvesFromMetrics}. */
export interface CurvesFromMetrics extends Omit<CurvesBlock, "kind" | "series" | "x"> {
  /** The field that runs along the horizontal axis: `"step"`. */
  x: string;
  /** The lines: names in the legend by the field each shows, `{ "loss.logit": "logit transfer" }`. */
  fields: Readonly<Record<string, string>>;
  /** Which records count (default: all that have the fields). */
  where?: (record: MetricRecord) => boolean;
}

/**
 * A chart of what was logged. Records without a field leave its line as it is; lines without any point
 * are left out.
 */
export function curvesFromMetrics(
  records: readonly MetricRecord[],
  chart: CurvesFromMetrics,
): CurvesBlock {
  const { fields, where, ...rest } = chart;
  const chosen = where ? records.filter(where) : records;
  const series = Object.entries(fields).map(([field, name]): Curve => ({
    name,
    points: chosen.flatMap((record): [number, number][] => {
      const x = record[chart.x];
      const y = record[field];
      return typeof x === "number" && typeof y === "number" ? [[x, y]] : [];
    }),
  }));
  return { kind: "curves", ...rest, series: series.filter(({ points }) => points.length > 0) };
}

/** Accuracy of several models on each class, as a heat map. */
export function perClassAccuracy(
  classes: readonly string[],
  models: readonly { name: string; accuracy: readonly (number | null)[] }[],
): HeatmapBlock {
  for (const { name, accuracy } of models) {
    if (accuracy.length !== classes.length) {
      throw new ArgumentError(
        `Accuracy by class: "${name}" has ${accuracy.length} values for ${classes.length} classes; ` +
          "give one for each, null for a class that it does not know.",
      );
    }
  }
  return {
    kind: "heatmap",
    title: "Accuracy by class",
    corner: "class",
    percent: true,
    columns: models.map(({ name }) => name),
    rows: classes,
    values: classes.map((_, c) => models.map(({ accuracy }) => accuracy[c])),
  };
}

/** Counts values into bins of equal width; what lies outside the range counts in the outer bins. */
export function histogram(
  values: Iterable<number>,
  options: {
    title: string;
    x: string;
    y: string;
    bins?: number;
    range?: readonly [number, number];
  },
): HistogramBlock {
  const list = [...values].filter((value) => Number.isFinite(value));
  const bins = options.bins ?? 20;
  if (!Number.isInteger(bins) || bins < 1) {
    throw new ArgumentError(`Histogram: bins is ${bins}; give a whole number of at least 1.`);
  }
  let [low, high] = options.range ?? [
    list.reduce((a, b) => Math.min(a, b), Infinity),
    list.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (!(Number.isFinite(low) && Number.isFinite(high))) [low, high] = [0, 1];
  if (high <= low) high = low + 1;
  const counts: number[] = Array(bins).fill(0);
  for (const value of list) {
    const bin = Math.floor((value - low) / (high - low) * bins);
    counts[Math.max(0, Math.min(bins - 1, bin))]++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins);
  return { kind: "histogram", title: options.title, x: options.x, y: options.y, edges, counts };
}

/** How the teachers voted; see {@linkcode votesAccount}. */
export interface VotesAccount {
  /** The teachers, predictive and descriptive. */
  teachers: readonly {
    /** The teacher's name. */
    name: string;
    /** How often its feature's sign is the consensus sign, 0 to 1. */
    signAgreement: number;
    /** How often its arg-max is the pseudo class, 0 to 1; a descriptive teacher has none. */
    classAgreement?: number | null;
  }[];
  /** By how many votes, as a fraction of all, the pseudo class leads the next; one for each image. */
  margins: Iterable<number>;
}

/** The account of the votes: each teacher's agreement, and how clear the votes were. */
export function votesAccount(votes: VotesAccount): [BarsBlock, HistogramBlock] {
  const agreement: BarsBlock = {
    kind: "bars",
    title: "How often each teacher agrees with the vote",
    percent: true,
    categories: votes.teachers.map(({ name }) => name),
    series: [
      { name: "consensus sign", values: votes.teachers.map((teacher) => teacher.signAgreement) },
      {
        name: "pseudo class",
        values: votes.teachers.map((teacher) => teacher.classAgreement ?? null),
      },
    ],
  };
  const voters =
    votes.teachers.filter((teacher) => typeof teacher.classAgreement === "number").length;
  const margins = voters > 0 && voters <= 20
    ? wholeVotes(votes.margins, voters)
    : histogram(votes.margins, {
      title: "Vote margin",
      x: "lead of the pseudo class, as a fraction of the votes",
      y: "images",
      range: [0, 1],
    });
  return [agreement, margins];
}

/** A bin for each lead that whole votes can give. */
function wholeVotes(margins: Iterable<number>, voters: number): HistogramBlock {
  const bins = histogram(margins, {
    title: "Vote margin",
    x: `votes by which the pseudo class leads, of ${voters}`,
    y: "images",
    bins: voters + 1,
    range: [-0.5 / voters, 1 + 0.5 / voters],
  });
  return { ...bins, labels: bins.counts.map((_, lead) => String(lead)) };
}

/** What a run was made with; see {@linkcode runFacts}. */
export interface RunFacts {
  /** When the run started. */
  date?: Date;
  /** The seed or seeds. */
  seeds?: number | readonly number[];
  /** The version of libtorch. */
  libtorch?: string;
  /** The device: `"cpu"`, `"cuda:0"`. */
  device?: string;
  /** The number of threads. */
  threads?: number;
  /** How long it took, in seconds. */
  seconds?: number;
}

/** The facts of a run for {@linkcode ReportData.facts}: date, seeds, versions, machine. */
export function runFacts(facts: RunFacts = {}): [string, string | number][] {
  const out: [string, string | number][] = [];
  const date = facts.date ?? new Date();
  out.push(["date", `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`]);
  if (facts.seconds !== undefined) out.push(["time taken", formatDuration(facts.seconds)]);
  if (facts.seeds !== undefined) {
    out.push(
      typeof facts.seeds === "number" ? ["seed", facts.seeds] : ["seeds", facts.seeds.join(", ")],
    );
  }
  if (facts.device !== undefined) out.push(["device", facts.device]);
  if (facts.threads !== undefined) out.push(["threads", facts.threads]);
  out.push(["apprentice", VERSION]);
  if (facts.libtorch !== undefined) out.push(["libtorch", facts.libtorch]);
  out.push(["Deno", Deno.version.deno], ["system", `${Deno.build.os} ${Deno.build.arch}`]);
  return out;
}
