/**
 * The demo's table and report.
 *
 * @module
 */

import type { VoteSummary } from "../../distill/mod.ts";
import type { Accuracy } from "../../eval/mod.ts";
import { readMetrics } from "../../report/metrics.ts";
import type { ReportData, ReportSection } from "../../report/mod.ts";
import { curvesFromMetrics, perClassAccuracy, runFacts, writeReport } from "../../report/mod.ts";
import { RUN_FILES, type RunFolder } from "../../runs/folder.ts";
import type { Table, TableRow } from "../../report/table.ts";
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

/** What is told of a model's accuracy: by data set and the means, or all in one where there is one data set. */
export function accuracyFigures(
  datasets: readonly string[],
): [title: string, pick: (accuracy: Accuracy) => number][] {
  if (datasets.length === 1) return [["accuracy", ({ overall }) => overall]];
  return [
    ...datasets.map((name): [string, (accuracy: Accuracy) => number] => [
      name,
      ({ byDataset }) => byDataset[name],
    ]),
    ["mean by data set", ({ meanByDataset }) => meanByDataset],
    ["mean by class", ({ meanByClass }) => meanByClass],
  ];
}

/** The accuracy of one of the models, as text. */
export function percentOf(models: readonly ModelResult[], name: string): string {
  const { accuracy } = models.find((model) => model.name === name)!;
  return `${(100 * accuracy!.overall).toFixed(1)} %`;
}

/** The table of all models and their accuracy. */
export function resultTable(
  title: string,
  models: readonly ModelResult[],
  datasets: readonly string[],
): Table {
  const figures = accuracyFigures(datasets);
  return {
    title,
    columns: [
      { title: "model", kind: "text" },
      { title: "kind", kind: "text" },
      { title: "parameters", kind: "count" },
      ...figures.map(([title]) => ({ title, kind: "percent" as const })),
    ],
    rows: models.map(({ name, kind, parameters, accuracy }): TableRow => ({
      cells: [
        name,
        kind,
        parameters,
        ...figures.map(([, pick]) => accuracy === null ? null : pick(accuracy)),
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
  /** What runs along the curves of accuracy, by its name in the metrics and on the axis; the epoch by default. */
  time?: readonly [field: string, title: string];
  smooth?: number;
}): ReportSection[] {
  const { table, models, classNames, metrics, runs, losses } = options;
  const [time, timeTitle] = options.time ?? ["epoch", "epoch"];
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
          x: timeTitle,
          y: "accuracy",
          percent: true,
          series: runs.map((run) => ({
            name: run,
            points: records.filter((r) => r.run === run && r.event === "epoch")
              .filter((r) => typeof r.validation === "number")
              .map((r) => [Number(r[time]), Number(r.validation)] as const),
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

/** Writes report and result, and says where they are. */
export async function leaveResult(
  folder: RunFolder,
  report: ReportData,
  result: unknown,
): Promise<void> {
  await writeReport(folder.path(RUN_FILES.report), report);
  await folder.writeJson("result.json", result);
  console.log(`\nRun folder: ${folder.root}\nReport:     ${folder.path(RUN_FILES.report)}`);
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
