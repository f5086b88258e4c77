/**
 * The demo's table and report.
 *
 * @module
 */

import type { VoteSummary } from "../../distill/mod.ts";
import type { Accuracy } from "../../eval/mod.ts";
import { readMetrics } from "../../train/metrics.ts";
import type { ReportData, ReportSection } from "../../train/report/mod.ts";
import { curvesFromMetrics, perClassAccuracy, runFacts } from "../../train/report/mod.ts";
import type { Table, TableRow } from "../../train/table.ts";
import * as torch from "../../torch/mod.ts";

/** One model and how it does on test images. */
export interface ModelResult {
  /** The model's name. */
  name: string;
  /** What it is: predictive, descriptive, student. */
  kind: string;
  /** The number of trained values. */
  parameters: number;
  /** On the test images; null for models without the label space. */
  accuracy: Accuracy | null;
}

/** The table of all models: accuracy by data set, and the means. */
export function resultTable(
  title: string,
  models: readonly ModelResult[],
  datasets: readonly string[],
): Table {
  const share = (value: number | undefined) => value ?? null;
  return {
    title,
    columns: [
      { title: "model", kind: "text" },
      { title: "kind", kind: "text" },
      { title: "parameters", kind: "count" },
      ...datasets.map((name) => ({ title: name, kind: "percent" as const })),
      { title: "mean by data set", kind: "percent" },
      { title: "mean by class", kind: "percent" },
    ],
    rows: models.map(({ name, kind, parameters, accuracy }): TableRow => ({
      cells: [
        name,
        kind,
        parameters,
        ...datasets.map((dataset) => share(accuracy?.byDataset[dataset])),
        share(accuracy?.meanByDataset),
        share(accuracy?.meanByClass),
      ],
      strong: kind === "student",
    })),
  };
}

/** The accuracy of every model on every class, for the terminal. */
export function classTable(models: readonly ModelResult[], classNames: readonly string[]): Table {
  const able = models.filter((model) => model.accuracy !== null);
  return {
    title: "Accuracy by class",
    columns: [
      { title: "class", kind: "text" },
      ...able.map(({ name }) => ({ title: name, kind: "percent" as const })),
    ],
    rows: classNames.map((name, c) => ({
      cells: [
        name,
        ...able.map(({ accuracy }) => {
          const value = accuracy!.byClass[c];
          return Number.isNaN(value) ? null : value;
        }),
      ],
    })),
  };
}

/** How the teachers voted, for the terminal. */
export function voteTable(votes: VoteSummary): Table {
  const classes = new Map(votes.pseudoClass.map(({ teacher, agreement }) => [teacher, agreement]));
  return {
    title: `Votes of the last epoch on ${votes.images} images; mean lead of the pseudo class ${
      (100 * votes.margin.mean).toFixed(1)
    } % of the votes`,
    columns: [
      { title: "teacher", kind: "text" },
      { title: "agrees with consensus sign", kind: "percent" },
      { title: "agrees with pseudo class", kind: "percent" },
    ],
    rows: votes.consensus.map(({ teacher, agreement }) => ({
      cells: [teacher, agreement, classes.get(teacher) ?? null],
    })),
  };
}

/** The parts of a report that all demos have: table, classes, curves. */
export function commonSections(options: {
  table: Table;
  models: readonly ModelResult[];
  classNames: readonly string[];
  metrics: string;
  runs: readonly string[];
  losses: Readonly<Record<string, string>>;
  smooth?: number;
}): ReportSection[] {
  const { table, models, classNames, metrics, runs, losses } = options;
  const records = readMetrics(metrics);
  const able = models.filter((model) => model.accuracy !== null);
  return [
    {
      heading: "Accuracy on test images",
      text: "No student saw a test image, and no setting was chosen on one.",
      blocks: [{ kind: "table", table }],
    },
    {
      heading: "Accuracy by class",
      blocks: [
        perClassAccuracy(
          classNames,
          able.map(({ name, accuracy }) => ({
            name,
            accuracy: accuracy!.byClass.map((v) => Number.isNaN(v) ? null : v),
          })),
        ),
      ],
    },
    {
      heading: "Learning curves",
      blocks: [
        {
          kind: "curves",
          title: "Accuracy on validation images",
          x: "epoch",
          y: "accuracy",
          percent: true,
          series: runs.map((run) => ({
            name: run,
            points: records.filter((r) => r.run === run && r.event === "epoch")
              .filter((r) => typeof r.validation === "number")
              .map((r) => [Number(r.epoch), Number(r.validation)] as const),
          })),
        },
        ...runs.map((run) =>
          curvesFromMetrics(records, {
            title: `Losses of ${run}`,
            x: "step",
            y: "loss",
            fields: losses,
            log: true,
            smooth: options.smooth,
            where: (record) => record.run === run && record.event === "steps",
          })
        ),
      ],
    },
  ];
}

/** The votes as a section of the report. */
export function voteSection(votes: VoteSummary): ReportSection {
  const { histogram } = votes.margin;
  const classes = new Map(votes.pseudoClass.map(({ teacher, agreement }) => [teacher, agreement]));
  return {
    heading: "How the teachers voted",
    text: `In UNIFORM's last epoch, on ${votes.images} images. The pseudo class led by ${
      (100 * votes.margin.mean).toFixed(1)
    } % of the votes on average.`,
    blocks: [
      {
        kind: "bars",
        title: "How often each teacher agrees with the vote",
        percent: true,
        categories: votes.consensus.map(({ teacher }) => teacher),
        series: [
          { name: "consensus sign", values: votes.consensus.map(({ agreement }) => agreement) },
          {
            name: "pseudo class",
            values: votes.consensus.map(({ teacher }) => classes.get(teacher) ?? null),
          },
        ],
      },
      {
        kind: "histogram",
        title: "Vote margin",
        x: "lead of the pseudo class, as a share of the votes",
        y: "images",
        edges: histogram.map((_, i) => i / histogram.length).concat(1),
        counts: histogram.map((share) => Math.round(share * votes.images)),
      },
    ],
  };
}

/** The facts of the run that every report ends with. */
export function demoFacts(seed: number, seconds: number): ReportData["facts"] {
  return runFacts({
    seeds: seed,
    seconds,
    libtorch: torch.buildInfo().libtorch,
    device: "cpu",
    threads: torch.getNumThreads(),
  });
}
