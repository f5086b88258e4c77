/**
 * Recipes tested against each other.
 *
 * @module
 */

import { comparisonTable } from "../report/comparison_table.ts";
import type { Table } from "../report/table.ts";
import type { Compared } from "./compared.ts";

/** Accuracies on the test images, and where there are several recipes a paired test of each against the first. */
export function testTable(compared: readonly Compared[]): Table {
  const [{ title: baseline }] = compared;
  const runs = compared.flatMap(({ title, runs }) =>
    runs.map(({ seed, result }) => ({ method: title, seed, score: result.test!.overall }))
  );
  const options = { figure: "accuracy", percent: true };
  return comparisonTable(runs, compared.length > 1 ? { ...options, baseline } : options);
}
