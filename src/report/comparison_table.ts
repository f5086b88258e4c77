/**
 * The table of methods over seeds, for the terminal and the page.
 *
 * @module
 */

import {
  type ComparedRun,
  compareRuns,
  type CompareRunsOptions,
  type PairedTest,
} from "./compare_runs.ts";
import type { Table, TableRow } from "./table.ts";

/** Options of {@linkcode comparisonTable}. */
export interface ComparisonTableOptions extends CompareRunsOptions {
  /** What the scores are, as the column's heading: `"accuracy"`. */
  figure: string;
  /** What the table shows (default: the figure, by method). */
  title?: string;
  /** Whether scores are fractions of 1, shown as percentages (default false). */
  percent?: boolean;
  /** Digits after the point (default 2 for percentages, 3 otherwise). */
  digits?: number;
}

/**
 * Methods and seeds as a table: mean ± standard deviation, the number of seeds and, with a baseline, the difference
 * from it with interval and p; see {@linkcode compareRuns}.
 *
 * @throws {ArgumentError} As `compareRuns` does.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const scores = { KD: [0.91, 0.92, 0.9], UNIFORM: [0.93, 0.935, 0.925] };
 * const runs = Object.entries(scores).flatMap(([method, list]) =>
 *   list.map((score, seed) => ({ method, seed, score }))
 * );
 * train.printTable(
 *   train.comparisonTable(runs, { figure: "accuracy", percent: true, baseline: "KD" }),
 * );
 * ```
 */
export function comparisonTable(
  runs: readonly ComparedRun[],
  options: ComparisonTableOptions,
): Table {
  const { figure, baseline, confidence = 0.95, percent = false } = options;
  const methods = compareRuns(runs, options);
  const kind = percent ? "percent" as const : "number" as const;
  const digits = options.digits ?? (percent ? 2 : 3);
  const plain = (value: number): string => (percent ? 100 * value : value).toFixed(digits);
  const signed = (value: number): string => {
    const text = plain(Math.abs(value));
    return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
  };
  const score = (mean: number | null, deviation: number | null): string | null => {
    if (mean === null) return null;
    const spread = deviation === null ? "" : ` ± ${plain(deviation)}`;
    return `${plain(mean)}${spread}${percent ? "%" : ""}`;
  };
  const test = (paired: PairedTest | null): (string | null)[] => {
    if (paired === null) return [null, null, null];
    const { difference, interval, seeds, p } = paired;
    return [
      difference === null ? null : signed(difference),
      interval && `${signed(interval[0])} to ${signed(interval[1])}`,
      p === null
        ? (seeds < 3 ? "too few seeds" : "no spread")
        : p < 0.001
        ? "< 0.001"
        : p.toFixed(3),
    ];
  };
  const sure = `${Number((100 * confidence).toPrecision(6))}%`;
  const compared = baseline === undefined ? [] : [
    { title: `difference from ${baseline}${percent ? ", in points" : ""}`, kind },
    { title: `${sure} interval`, kind },
    { title: "p", kind },
  ];
  return {
    title: options.title ?? `${figure}, by method`,
    columns: [
      { title: "method" },
      { title: `${figure}, mean ± s.d.`, kind },
      { title: "seeds", kind: "count" },
      ...compared,
    ],
    rows: methods.map(({ method, mean, deviation, seeds, paired }): TableRow => ({
      cells: [
        method,
        score(mean, deviation),
        seeds,
        ...(baseline === undefined ? [] : test(paired)),
      ],
      strong: method === baseline,
    })),
    note: [
      "Mean ± standard deviation of the sample.",
      baseline !== undefined &&
      `Against ${baseline}: paired t-test, two-sided, over the seeds that both have` +
        (methods.length > 2 ? "; p is not corrected for the number of methods." : "."),
      ...methods.filter(({ failed }) => failed.length > 0).map(({ method, failed }) =>
        `${method} gave no number with seed ${failed.join(", ")}, which is left out.`
      ),
    ].filter(Boolean).join(" "),
  };
}
