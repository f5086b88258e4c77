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
  const all = compared.flatMap(({ title, runs }) => runs.map((run) => ({ ...run, method: title })));
  const [{ title: baseline }] = compared;
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
  await writeReport(path, {
    title: compared.map(({ title }) => title).join(", "),
    subtitle: `${compared[0].runs.length} seeds each`,
    sections: [
      { heading: "Accuracy on test images", blocks: [{ kind: "table", table }] },
      { heading: "Against each other", blocks: [{ kind: "table", table: tests }] },
      ...(curves.series.length > 0 ? [{ heading: "Learning curves", blocks: [curves] }] : []),
    ],
  });
}
