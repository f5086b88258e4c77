/**
 * The report of a study over domains.
 *
 * @module
 */

import { formatDuration, formatPercent } from "../base/text.ts";
import { writeReport } from "../report/mod.ts";
import type { BarsBlock } from "../report/data.ts";
import { shown } from "./comparison_report.ts";
import type { DomainResult } from "./domain_results.ts";

/** So many bars of one pair can be told apart. */
const MOST_BARS = 8;

/**
 * Writes the report of a study over domains: accuracies by pair, tests, what came of each pair.
 *
 * @param reportOf The report of a pair, as it lies from the page.
 * @throws {FileError} if it cannot be written.
 */
export async function writeDomainReport(
  path: string,
  { name, pairs, methods, tables, seconds }: DomainResult,
  reportOf: (pair: DomainResult["pairs"][number]) => string,
): Promise<void> {
  const [accuracies, ...tests] = tables;
  const seeds = methods[0].seeds.length;
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const bars: BarsBlock = {
    kind: "bars",
    title: "Accuracy on the target's test images",
    categories: pairs.map(({ title }) => title),
    series: methods.map(({ title, pairs }) => ({
      name: title,
      values: pairs.map(({ mean }) => mean),
    })),
    percent: true,
  };
  await writeReport(path, {
    title: name,
    subtitle: `${count(pairs.length, "pair")} of source and target, ${count(seeds, "seed")} each`,
    highlights: shown(methods).map(({ title, mean, deviation }) => ({
      label: title,
      value: formatPercent(mean),
      note: seeds === 1 ? "mean over pairs" : `± ${(100 * deviation).toFixed(1)}, mean over pairs`,
    })),
    sections: [
      {
        heading: "From source to target",
        blocks: [
          { kind: "table", table: accuracies },
          ...(methods.length <= MOST_BARS ? [bars] : []),
        ],
      },
      ...(tests.length === 0 ? [] : [{
        heading: "Against each other",
        blocks: tests.map((table) => ({ kind: "table" as const, table })),
      }]),
      ...pairs.map((pair) => ({
        heading: pair.title,
        text: `Tests, chosen settings and learning curves are in ${reportOf(pair)}.`,
        blocks: [{ kind: "table" as const, table: pair.study.tables[0] }],
      })),
    ],
    facts: [["time in all, without breaks", formatDuration(seconds)]],
  });
}
