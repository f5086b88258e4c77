/** How often values fall into each of a row of bins. @module */

import { ArgumentError } from "../../base/errors.ts";
import { formatCount } from "../../base/text.ts";
import type { HistogramBlock } from "../data.ts";
import type { Html } from "../html.ts";
import { axis, axisText, base, GRID_LINES, INK, ticksOf } from "./axes.ts";
import { figure, type Tips } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";

/** How often values fall into each bin, as a figure. */
export function drawHistogram(charts: ChartLibrary, block: HistogramBlock): Html {
  const { edges, counts } = block;
  if (edges.length !== counts.length + 1 || counts.length === 0) {
    throw new ArgumentError(
      `Report: the histogram "${block.title}" has ${counts.length} counts and ${edges.length} edges; ` +
        "give one edge more than counts, and at least one count.",
    );
  }
  if (block.labels && block.labels.length !== counts.length) {
    throw new ArgumentError(
      `Report: the histogram "${block.title}" has ${counts.length} bins and ${block.labels.length} ` +
        "labels; give one for each, or none.",
    );
  }
  const bins = block.labels ??
    counts.map((_, i) => `${axisText(edges[i])} – ${axisText(edges[i + 1])}`);
  const option = {
    ...base(),
    xAxis: axis(block.x, {
      type: "category",
      data: counts.map((_, i) => block.labels?.[i] ?? axisText((edges[i] + edges[i + 1]) / 2)),
      nameGap: 26,
      axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 12, hideOverlap: true },
    }),
    yAxis: axis("", {
      type: "value",
      ...GRID_LINES,
      ...ticksOf(counts),
      axisLabel: { color: INK, fontSize: 12, formatter: formatCount },
    }),
    series: [{
      type: "bar",
      silent: true,
      barWidth: "92%",
      data: [...counts],
      itemStyle: { color: "var(--c1)" },
    }],
  };
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const tips: Tips = {
    heads: bins.map((bin) => `${block.x}: ${bin}`),
    rows: counts.map((count) => [`${formatCount(count)} (${(count / total * 100).toFixed(1)}%)`]),
    names: [block.y],
    colors: [1],
  };
  const xs = counts.map((_, i) => i);
  return figure(charts, block.title, [], option, 300, { y: block.y, tips, xs });
}
