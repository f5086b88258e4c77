/**
 * Tables of methods over pairs of domains.
 *
 * @module
 */

import { compareRuns, type PairedTest } from "../report/compare_runs.ts";
import { comparisonTable } from "../report/comparison_table.ts";
import type { Table, TableCell } from "../report/table.ts";
import type { DomainMethod, StudiedPair } from "./domain_results.ts";

/** Accuracies by pair with their mean; where there are several methods, a test of each against the first, in all and by pair. */
export function domainTables(
  pairs: readonly StudiedPair[],
  methods: readonly DomainMethod[],
): readonly Table[] {
  const tables = [accuracyTable(pairs, methods)];
  if (methods.length === 1) return tables;
  tables.push(testTable(methods));
  // With one pair the mean over pairs is all there is.
  if (pairs.length > 1) tables.push(pairTable(pairs, methods));
  return tables;
}

/** Rows are methods, columns the pairs of source and target, and their mean. */
function accuracyTable(pairs: readonly StudiedPair[], methods: readonly DomainMethod[]): Table {
  const [{ seeds }] = methods;
  const isOne = seeds.length === 1;
  const best = Math.max(...methods.map(({ mean }) => mean));
  const cell = ({ mean, deviation }: { mean: number; deviation: number }): TableCell =>
    isOne ? mean : `${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)}`;
  const column = (title: string) => ({ title, kind: "percent" as const, digits: 2 });
  return {
    title: isOne
      ? "Accuracy on the target's test images"
      : `Accuracy on the target's test images in % over ${seeds.length} seeds, mean ± standard deviation`,
    columns: [
      { title: "method" },
      ...pairs.map(({ title }) => column(title)),
      column("mean"),
    ],
    rows: methods.map((method) => ({
      cells: [method.title, ...method.pairs.map(cell), cell(method)],
      strong: methods.length > 1 && method.mean === best,
    })),
    note: isOne || pairs.length === 1
      ? undefined
      : "The deviation of the mean is that of the seeds' means over the pairs.",
  };
}

/** The means over the pairs, tested over the seeds. */
function testTable(methods: readonly DomainMethod[]): Table {
  const runs = methods.flatMap(({ title, seeds }) =>
    seeds.map(({ seed, accuracy }) => ({ method: title, seed, score: accuracy }))
  );
  return comparisonTable(runs, {
    figure: "accuracy",
    title: "Mean over the pairs, by method",
    percent: true,
    baseline: methods[0].title,
  });
}

/** By how much each method is ahead of the first for each pair, and how likely that is by chance. */
function pairTable(pairs: readonly StudiedPair[], methods: readonly DomainMethod[]): Table {
  const [{ title: baseline }, ...others] = methods;
  const tests = pairs.map(({ study }) => {
    const runs = study.variants.flatMap(({ title, runs }) =>
      runs.map(({ seed, result }) => ({ method: title, seed, score: result.test!.overall }))
    );
    return new Map(compareRuns(runs, { baseline }).map(({ method, paired }) => [method, paired!]));
  });
  return {
    title: `Difference from ${baseline} for each pair, in points`,
    columns: [{ title: "method" }, ...pairs.map(({ title }) => ({ title }))],
    rows: others.map(({ title }) => [title, ...tests.map((own) => words(own.get(title)!))]),
    note:
      "p is that of a paired t-test, two-sided, over the seeds, for three seeds and more; it is not corrected for the " +
      "number of tests.",
  };
}

function words({ difference, p }: PairedTest): string {
  const points = 100 * difference!;
  const text = `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`;
  return p === null ? text : `${text}, p ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`;
}
