/**
 * The report of a study.
 *
 * @module
 */

import { formatDuration } from "../base/text.ts";
import { methodCurves } from "../report/mod.ts";
import type { ReportSection } from "../report/mod.ts";
import { writeComparison } from "./comparison_report.ts";
import type { StudyResult } from "./studied.ts";
import { settingTables } from "./study_tables.ts";

/**
 * Writes the report of a study: accuracies, curves over what varies, paired tests, how settings were chosen, learning curves.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function writeStudyReport(path: string, study: StudyResult): Promise<void> {
  const { name, variants, tables, seconds, sameTeachers, models } = study;
  const [accuracies] = tables;
  const searched = settingTables(variants);
  const seeds = models.length;
  await writeComparison(path, {
    title: name,
    compared: variants,
    table: accuracies,
    text: sameTeachers
      ? `Teachers and data are the same for all ${seeds} seeds; a seed decides the student's first weights and the order of ` +
        `its images.`
      : `Each seed has teachers and data of its own.`,
    first: curves(study),
    last: searched.length === 0 ? [] : [{
      heading: "How settings were chosen",
      text:
        "Each method had the same number of trials, its own settings among them, judged on validation images. The " +
        "test images were asked once by each run that came after.",
      blocks: searched.map((table) => ({ kind: "table", table })),
    }],
    facts: [["time in all, without breaks", formatDuration(seconds)]],
  });
}

/** Accuracy over what varies, a line for each curve. */
function curves({ x, variants }: StudyResult): ReportSection[] {
  const points = variants.filter((variant) => variant.curve !== null && variant.x !== null);
  if (points.length === 0) return [];
  const methods = [...new Set(points.map(({ curve }) => curve!))];
  const runs = methods.flatMap((method) => {
    const own = points.filter(({ curve }) => curve === method).toSorted((a, b) => a.x! - b.x!);
    const seeds = [...new Set(own.flatMap(({ runs }) => runs.map(({ seed }) => seed)))];
    return seeds.map((seed) => ({
      method,
      points: own.flatMap(({ x, runs }): [number, number][] => {
        const run = runs.find((run) => run.seed === seed);
        return run === undefined ? [] : [[x!, run.result.test!.overall]];
      }),
    }));
  });
  const title = `Accuracy over ${x ?? "x"}`;
  const logX = points.every(({ x }) => x! > 0);
  const chart = { title, x: x ?? "x", y: "accuracy on test images", percent: true, logX };
  return [{ heading: title, blocks: [methodCurves(runs, { ...chart, band: "deviation" })] }];
}
