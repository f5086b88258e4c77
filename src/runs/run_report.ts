/**
 * The report that a run leaves.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import type { MetricRecord } from "../report/metrics.ts";
import {
  curvesFromMetrics,
  type ExamplePrediction,
  runFacts,
  teacherCurves,
  writeReport,
} from "../report/mod.ts";
import type { ReportSection } from "../report/mod.ts";
import * as torch from "../torch/mod.ts";
import { featureSection } from "./feature_section.ts";
import type { SeenFeatures } from "./look_at_features.ts";
import { voteSection } from "./vote_section.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";
import { testSections } from "./test_sections.ts";

/** What is shown beside the result. */
export interface Shown {
  /** What was recorded. */
  readonly records: readonly MetricRecord[];
  /** Test images, and what the student says of them. */
  readonly examples: readonly ExamplePrediction[];
  /** What was seen of its features. */
  readonly features: SeenFeatures;
  /** What student and teachers cost, where that was measured. */
  readonly costs?: ReportSection;
}

/**
 * Writes the report of a run.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function writeRunReport(
  path: string,
  recipe: ResolvedRecipe,
  result: RunResult,
  { records, examples, features, costs }: Shown,
): Promise<void> {
  const { test } = result;
  await writeReport(path, {
    title: `${recipe.name}: ${recipe.method.name}`,
    subtitle: `${recipe.student.name}, ${formatCount(result.parameters)} values` +
      (recipe.teachers.length > 0 ? `, taught by ${recipe.teachers.length}` : ""),
    ...(test && {
      summary: `The student is right on ${formatPercent(test.overall)} of ${
        formatCount(test.count)
      } test images.`,
      highlights: highlights(recipe, result),
    }),
    sections: [
      ...(costs ? [costs] : []),
      ...testSections(result, examples),
      ...featureSection(features, recipe.evaluation.embedding),
      ...curves(recipe, records),
      ...ofTeachers(records),
      ...(result.votes ? [voteSection(result.votes, records)] : []),
      ...leftOut(result),
    ],
    facts: runFacts({
      seeds: recipe.seed,
      seconds: result.seconds,
      libtorch: torch.buildInfo().libtorch,
      device: recipe.device,
      threads: torch.getNumThreads(),
    }),
    config: recipe,
  });
}

/** The student, who is better of its teachers or all together, and how small it is beside them. */
function highlights(
  { method }: ResolvedRecipe,
  { models, test, before, parameters }: RunResult,
) {
  const voters = models.filter(({ kind, accuracy }) => kind === "predictive" && accuracy !== null);
  const together = models.find(({ kind }) => kind === "predictive teachers");
  const best = voters.toSorted((a, b) => b.accuracy!.overall - a.accuracy!.overall).at(0);
  return [
    { label: method.name, value: formatPercent(test!.overall), note: "student" },
    ...(before
      ? [{ label: "before", value: formatPercent(before.overall), note: "the same student" }]
      : []),
    ...(best && voters.length > 1
      ? [{
        label: best.name,
        value: formatPercent(best.accuracy!.overall),
        note: "the best teacher",
      }]
      : []),
    ...(together?.accuracy
      ? [{
        label: together.name,
        value: formatPercent(together.accuracy.overall),
        note: `${voters.length} teachers`,
      }]
      : []),
    { label: "values", value: formatCount(parameters), note: "of the student" },
  ];
}

/** What is recorded of single teachers while the student learns. */
function ofTeachers(records: readonly MetricRecord[]): ReportSection[] {
  const blocks = teacherCurves(records);
  return blocks.length === 0 ? [] : [{ heading: "Teachers while the student learned", blocks }];
}

/** Who failed on the way. */
function leftOut({ leftOut }: RunResult): ReportSection[] {
  const rows = Object.entries(leftOut);
  if (rows.length === 0) return [];
  return [{
    heading: "Teachers that were left out",
    blocks: [{ kind: "table", table: { columns: [{ title: "teacher" }, { title: "why" }], rows } }],
  }];
}

function curves(recipe: ResolvedRecipe, records: readonly MetricRecord[]): ReportSection[] {
  const terms = new Set(
    records.filter(({ event }) => event === "steps").flatMap((record) =>
      Object.keys(record).filter((name) =>
        typeof record[name] === "number" && !name.startsWith("teachers.") &&
        !["step", "epoch", "seconds", "lr"].includes(name)
      )
    ),
  );
  const isMeasured = records.some(({ accuracy }) => accuracy !== undefined);
  return [{
    heading: "Learning curves",
    blocks: [
      ...(isMeasured
        ? [curvesFromMetrics(records, {
          title: "Accuracy on validation images",
          x: "epoch",
          y: "accuracy",
          percent: true,
          fields: { accuracy: recipe.method.name },
          where: ({ event }) => event === "epoch",
        })]
        : []),
      curvesFromMetrics(records, {
        title: "Losses",
        x: "step",
        y: "loss",
        log: true,
        fields: Object.fromEntries([...terms].map((name) => [name, name])),
        where: ({ event }) => event === "steps",
      }),
    ],
  }];
}
