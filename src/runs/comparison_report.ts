/**
 * The report of several recipes over several seeds.
 *
 * @module
 */

import { formatPercent } from "../base/text.ts";
import { methodCurves, writeReport } from "../report/mod.ts";
import type { ReportData, ReportSection } from "../report/mod.ts";
import type { Table } from "../report/table.ts";
import type { Compared } from "./compared.ts";
import { testTable } from "./test_table.ts";

/** So many figures are set large, and so many lines can be told apart. */
const [MOST_FIGURES, MOST_CURVES] = [6, 12];

/** What the report of a comparison shows. */
export interface ComparisonReport {
  /** The recipes, the first of which the others are tested against. */
  readonly compared: readonly Compared[];
  /** All models on the test images. */
  readonly table: Table;
  /** The heading; the recipes' names if absent. */
  readonly title?: string;
  /** A paragraph about the accuracies. */
  readonly text?: string;
  /** Sections after the accuracies. */
  readonly first?: readonly ReportSection[];
  /** Sections at the end. */
  readonly last?: readonly ReportSection[];
  /** Names and values of how it was made. */
  readonly facts?: ReportData["facts"];
}

/**
 * Writes the report of a comparison: the table, a paired test against the first recipe, learning curves of all runs.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function writeComparison(
  path: string,
  { compared, table, title, text, first = [], last = [], facts }: ComparisonReport,
): Promise<void> {
  const named = compared.map((one) => ({ ...one, title: nameOf(one.title) }));
  const curves = methodCurves(
    named.flatMap(({ title, runs }) =>
      runs.map(({ metrics }) => ({
        method: title,
        points: metrics.filter(({ event, accuracy }) =>
          event === "epoch" && typeof accuracy === "number"
        ).map(({ epoch, accuracy }) => [Number(epoch), Number(accuracy)] as const),
      }))
    ),
    { title: "Accuracy on validation images", x: "epoch", y: "accuracy", percent: true },
  );
  const seeds = compared[0].runs.length;
  await writeReport(path, {
    title: title ?? new Intl.ListFormat("en").format(named.map(({ title }) => title)),
    subtitle: seeds === 1 ? "One seed" : `${seeds} seeds each`,
    highlights: shown(named).map(({ title, mean, deviation }) => ({
      label: title,
      value: formatPercent(mean),
      note: seeds === 1 ? "test images" : `± ${(100 * deviation).toFixed(1)}, test images`,
    })),
    sections: [
      { heading: "Accuracy on test images", text, blocks: [{ kind: "table", table }] },
      ...first,
      { heading: "Against each other", blocks: [{ kind: "table", table: testTable(named) }] },
      ...(curves.series.length > 0 && compared.length <= MOST_CURVES
        ? [{ heading: "Learning curves", blocks: [curves] }]
        : []),
      ...last,
    ],
    facts,
  });
}

/** "student, UNIFORM" is "UNIFORM" where all are students. */
function nameOf(title: string): string {
  return title.replace(/^student, /, "");
}

/** All of a few; of many the first, which the others are tested against, and the best. */
export function shown<T extends Pick<Compared, "mean">>(compared: readonly T[]): readonly T[] {
  if (compared.length <= MOST_FIGURES) return compared;
  const best = compared.reduce((best, one) => one.mean > best.mean ? one : best);
  return [...new Set([compared[0], best])];
}
