/**
 * Blocks made of what an evaluation found: calibration, accuracy on classes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { formatPercent } from "../base/text.ts";
import type { BarsBlock, HistogramBlock } from "./data.ts";
import type { ReliabilityBin, ReliabilityBlock } from "./evaluation_data.ts";

/** What {@linkcode calibrationBlocks} shows. */
export interface CalibrationNumbers {
  /** The expected calibration error, 0 to 1. */
  ece: number;
  /** The maximum calibration error, 0 to 1. */
  mce: number;
  /** The Brier score, 0 to 2. */
  brier: number;
  /** The negative log-likelihood, in nats. */
  nll: number;
  /** The mean confidence. */
  confidence: number;
  /** The share of images that is right. */
  accuracy: number;
  /** The bins. */
  bins: readonly ReliabilityBin[];
}

/** The reliability diagram, with the errors in words, and how many images are in each bin. */
export function calibrationBlocks(found: CalibrationNumbers): [ReliabilityBlock, HistogramBlock] {
  const { ece, mce, brier, nll, confidence, accuracy, bins } = found;
  const percent = (share: number) => Number.isFinite(share) ? formatPercent(share) : "–";
  const number = (value: number) => Number.isFinite(value) ? value.toFixed(3) : "–";
  const leaning = confidence > accuracy ? "too sure" : "not sure enough";
  return [
    {
      kind: "reliability",
      title: "How often it is right, beside how sure it is",
      bins,
      note: `Expected calibration error ${percent(ece)}, the largest of a bin ${percent(mce)}. ` +
        `Sure of ${percent(confidence)} on average and right on ${percent(accuracy)}${
          ece > 0.005 ? `: ${leaning}` : ""
        }. Brier score ${number(brier)}, negative log-likelihood ${number(nll)}.`,
    },
    {
      kind: "histogram",
      title: "How sure it is",
      x: "confidence",
      y: "images",
      edges: [...bins.map(({ from }) => from), ...bins.slice(-1).map(({ to }) => to)],
      counts: bins.map(({ count }) => count),
      labels: bins.map(({ from, to }) => `${Math.round(100 * from)}–${Math.round(100 * to)}%`),
    },
  ];
}

/** With more classes than this there is room for the worst only. */
const BARS = 30;

/**
 * Accuracy on each class as bars, of the worst 30 where there are more; classes without images are passed over where
 * they would take the place of others.
 *
 * @param accuracy One for each class, 0 to 1; null where there is none.
 * @throws {ArgumentError} If there is not one for each class.
 */
export function classBars(
  classes: readonly string[],
  accuracy: readonly (number | null)[],
  name: string,
): BarsBlock {
  if (classes.length !== accuracy.length) {
    throw new ArgumentError(
      `Accuracy by class: ${accuracy.length} values for ${classes.length} classes; give one for each.`,
    );
  }
  let shown = classes.map((_, c) => c);
  if (classes.length > BARS) {
    shown = shown.filter((c) => accuracy[c] !== null)
      .sort((a, b) => accuracy[a]! - accuracy[b]!).slice(0, BARS);
  }
  return {
    kind: "bars",
    title: classes.length > BARS
      ? `The ${shown.length} classes of ${classes.length} that it knows least`
      : "Accuracy on each class",
    percent: true,
    categories: shown.map((c) => classes[c]),
    series: [{ name, values: shown.map((c) => accuracy[c]) }],
  };
}
