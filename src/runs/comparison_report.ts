/**
 * The report of several recipes over several seeds.
 *
 * @module
 */

import { comparisonTable, methodCurves, writeReport } from "../report/mod.ts";
import type { Table } from "../report/table.ts";
import type { Compared } from "./compared.ts";

/**
 * Writes the report of a comparison: the table, a paired test against the first recipe, learning curves of all runs.
 *
 * @throws {FileError} if it cannot be written.
 */
export async function writeComparison(
  path: string,
  compared: readonly Compared[],
  table: Table,
): Promise<void> {
  // "student, UNIFORM" is "UNIFORM" where all are students.
  const names = compared.map(({ title }) => title.replace(/^student, /, ""));
  const [baseline] = names;
  const all = compared.flatMap(({ runs }, i) => runs.map((run) => ({ ...run, method: names[i] })));
  const tests = comparisonTable(
    all.map(({ method, seed, result }) => ({ method, seed, score: result.test!.overall })),
    { figure: "accuracy", percent: true, ...(compared.length > 1 && { baseline }) },
  );
  const curves = methodCurves(
    all.map(({ method, metrics }) => ({
      method,
      points: metrics.filter(({ event, accuracy }) =>
        event === "epoch" && typeof accuracy === "number"
      ).map(({ epoch, accuracy }) => [Number(epoch), Number(accuracy)] as const),
    })),
    { title: "Accuracy on validation images", x: "epoch", y: "accuracy", percent: true },
  );
  const seeds = compared[0].runs.length;
  await writeReport(path, {
    title: new Intl.ListFormat("en").format(names),
    subtitle: seeds === 1 ? "One seed" : `${seeds} seeds each`,
    highlights: compared.map(({ mean, deviation }, i) => ({
      label: names[i],
      value: `${(100 * mean).toFixed(1)} %`,
      note: seeds === 1 ? "test images" : `± ${(100 * deviation).toFixed(1)}, test images`,
    })),
    sections: [
      { heading: "Accuracy on test images", blocks: [{ kind: "table", table }] },
      { heading: "Against each other", blocks: [{ kind: "table", table: tests }] },
      ...(curves.series.length > 0 ? [{ heading: "Learning curves", blocks: [curves] }] : []),
    ],
  });
}
