/** How often a model is right beside how sure it is. @module */

import { ArgumentError } from "../../base/errors.ts";
import { formatCount } from "../../base/text.ts";
import type { ReliabilityBlock } from "../evaluation_data.ts";
import type { Html } from "../html.ts";
import { axis, base, GRID_LINES, INK, percentText, seriesColor, valueText } from "./axes.ts";
import { empty, figure, type Tips } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";

const NAMES = ["right", "how sure, on average"];

/** A reliability diagram, as a figure: bars that end at the line belong to a model that is as often right as it is sure. */
export function drawReliability(charts: ChartLibrary, block: ReliabilityBlock): Html {
  const { title, bins, note } = block;
  for (const { count, confidence, accuracy } of bins) {
    const isShare = [confidence, accuracy].every((share) => share >= 0 && share <= 1);
    if (count === 0 || (count > 0 && isShare)) continue;
    throw new ArgumentError(
      `Report: a bin of "${title}" has ${count} images, confidence ${confidence} and accuracy ${accuracy}; give a ` +
        "number of images, and shares from 0 to 1.",
    );
  }
  if (bins.every(({ count }) => count === 0)) return empty(title, "There were no images.");
  const values = (pick: "accuracy" | "confidence") =>
    bins.map((bin) => bin.count > 0 ? bin[pick] : "-");
  const option = {
    ...base(),
    xAxis: axis("confidence", {
      type: "category",
      data: bins.map(({ from, to }) => `${Math.round(50 * (from + to))}%`),
      nameGap: 26,
      axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 12, hideOverlap: true },
    }),
    yAxis: axis("", {
      type: "value",
      min: 0,
      max: 1,
      ...GRID_LINES,
      axisLabel: { color: INK, fontSize: 12, formatter: percentText },
    }),
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: "88%",
        data: values("accuracy"),
        itemStyle: { color: seriesColor(0), opacity: 0.75 },
      },
      {
        type: "line",
        silent: true,
        data: values("confidence"),
        symbol: "circle",
        symbolSize: 6,
        itemStyle: { color: seriesColor(1) },
        lineStyle: { color: seriesColor(1), width: 2 },
      },
    ],
  };
  const tips: Tips = {
    heads: bins.map(({ from, to, count }) =>
      `confidence ${percentText(from)} – ${percentText(to)}: ${formatCount(count)} images`
    ),
    rows: bins.map(({ count, accuracy, confidence }) =>
      [accuracy, confidence].map((share) => valueText(count > 0 ? share : undefined, true))
    ),
    names: NAMES,
    colors: [1, 2],
  };
  const xs = bins.map((_, i) => i);
  return figure(charts, title, NAMES, option, 300, { y: "share of images", tips, xs, note });
}
