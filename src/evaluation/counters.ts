/**
 * All that is counted of an evaluation.
 *
 * @module
 */

import type { Calibration } from "./calibration.ts";
import type { ConfusionCounter } from "./confusion.ts";
import type { DomainAccuracies, DomainCounter } from "./domains.ts";
import type { Evaluation } from "./evaluation.ts";
import { accuracyOf } from "./shares.ts";

/** All that is counted. */
export interface Counters {
  readonly counted: ConfusionCounter;
  readonly calibration: Calibration;
  readonly byDomain: DomainCounter | null;
}

/** Which data sets classes come from: names and ranges. */
export type ClassSources = readonly { name: string; classes: readonly [number, number] }[];

/** What came of it. */
export function resultOf(
  { counted, calibration, byDomain }: Counters,
  topK: readonly number[],
  sources: ClassSources | undefined,
  classNames: readonly string[] | null,
): Evaluation {
  const { classes, counts, right, seen, within, loss } = counted;
  const ranges = sources?.map(({ name, classes: [from, to] }) => ({ name, from, to })) ??
    [{ name: "all", from: 0, to: classes }];
  const accuracy = accuracyOf(right, seen, ranges);
  const { count } = accuracy;
  const domains = byDomain?.result() ?? null;
  return {
    ...accuracy,
    ...(domains && overallOf(domains)),
    topK: Object.fromEntries(topK.map((k, i) => [k, within[i] / count])),
    confusion: Array.from(
      { length: counts.length > 0 ? classes : 0 },
      (_, row) => Array.from(counts.subarray(row * classes, (row + 1) * classes)),
    ),
    loss: loss / count,
    calibration: calibration.result(),
    domains,
    classNames,
  };
}

/** Domains in place of the data sets that classes come from: tables have one column for each. */
function overallOf({ byDomain, meanByDomain }: DomainAccuracies) {
  const each = Object.entries(byDomain).map(([name, { overall }]) => [name, overall]);
  return { byDataset: Object.fromEntries(each), meanByDataset: meanByDomain };
}
