/**
 * Charts as static SVG, drawn by ECharts without a browser.
 *
 * Colors are names of CSS variables, so that one drawing serves light and dark pages; every chart is
 * drawn twice, for wide and for narrow screens, because text in a scaled SVG becomes too small to read.
 *
 * @module
 */

import type { EChartsOption, EChartsType } from "npm:echarts@^6.1.0";
import { ArgumentError } from "../base/errors.ts";
import { formatCount } from "../base/text.ts";
import type { BarsBlock, CurvesBlock, HistogramBlock } from "./data.ts";
import { Html, html, jsonScript } from "./html.ts";
import { type Point, smooth, thin } from "./thin.ts";

/** The part of ECharts that is used here. */
export interface ChartLibrary {
  /** Makes a chart; without a DOM element it only renders to text. */
  init(dom: null, theme: null, options: Record<string, unknown>): EChartsType;
}

/** Loads ECharts, when a report is written and not before. */
export async function loadCharts(): Promise<ChartLibrary> {
  return await import("npm:echarts@^6.1.0") as unknown as ChartLibrary;
}

/** The two sizes that a chart is drawn in, in CSS pixels. */
const SIZES = [{ name: "wide", width: 560 }, { name: "narrow", width: 340 }] as const;
/** Points of a line, and places where the pointer finds values (those of all lines together). */
const POINTS = 200;
const PLACES = 1000;
const COLORS = 8;

/** What the pointer shows: a heading and one value for each series, at each x. */
interface Tips {
  heads: string[];
  rows: string[][];
  names: string[];
  colors: number[];
}

/** Series differ by color, and by dashes too from the fifth on. */
function stroke(index: number): { color: string; dash: "solid" | "dashed" | "dotted" } {
  const dash = index < 4 ? "solid" : index < COLORS ? "dashed" : "dotted";
  return { color: `var(--c${index % COLORS + 1})`, dash };
}

const INK = "var(--muted)";
const LINE = "var(--line)";

/** What all charts have in common. */
function base(): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", fontSize: 12, color: INK },
    grid: { left: 10, right: 18, top: 14, bottom: 26, containLabel: true },
  };
}

function axis(name: string, extra: Record<string, unknown>): Record<string, unknown> {
  return {
    name,
    nameLocation: "middle",
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { lineStyle: { color: LINE } },
    axisLabel: { color: INK, fontSize: 12 },
    splitLine: { show: false },
    ...extra,
  };
}

/** Keeps the ticks of what is counted, such as epochs, on whole numbers. */
function ticksOf(values: Iterable<number>): { minInterval?: number } {
  for (const value of values) if (!Number.isInteger(value)) return {};
  return { minInterval: 1 };
}

/** From the least value to the largest; a value that is alone stands in the middle, one from either end. */
function rangeOf(values: readonly number[]): { min: number | string; max: number | string } {
  const [first] = values;
  if (values.some((value) => value !== first)) return { min: "dataMin", max: "dataMax" };
  return { min: first - 1, max: first + 1 };
}

const GRID_LINES = { splitLine: { show: true, lineStyle: { color: LINE } } };

function percentText(value: number): string {
  return `${Number((value * 100).toFixed(1))}%`;
}

/** A value as the pointer shows it: four significant digits. */
function valueText(value: number | undefined, percent: boolean | undefined): string {
  if (value === undefined) return "–";
  if (percent) return `${(value * 100).toFixed(1)}%`;
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** Lines over steps or epochs, as a figure. */
export function drawCurves(charts: ChartLibrary, block: CurvesBlock): Html {
  const usable = (points: readonly Point[]): Point[] =>
    points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!block.log || y > 0));
  const raw = block.series.map((curve) => usable(curve.points));
  if (raw.every((points) => points.length === 0)) {
    return empty(block.title, "No values were logged.");
  }
  const window = block.smooth ?? 1;
  const lines = raw.map((points) => thin(window > 1 ? smooth(points, window) : points, POINTS));
  const series: Record<string, unknown>[] = [];
  lines.forEach((points, i) => {
    const { color, dash } = stroke(i);
    const line = { type: "line", silent: true, itemStyle: { color: color } };
    if (window > 1) {
      series.push({
        ...line,
        data: thin(raw[i], POINTS),
        showSymbol: false,
        lineStyle: { color: color, width: 1, opacity: 0.25 },
      });
    }
    series.push({
      ...line,
      data: points,
      // Few points are measurements to be seen one by one.
      showSymbol: points.length <= 20,
      symbol: "circle",
      symbolSize: 5,
      lineStyle: { color: color, width: 2, type: dash },
    });
  });
  const option = {
    ...base(),
    xAxis: axis(block.x, {
      type: "value",
      nameGap: 26,
      ...rangeOf(raw.flat().map(([x]) => x)),
      ...ticksOf(raw.flat().map(([x]) => x)),
      axisLabel: { color: INK, fontSize: 12, hideOverlap: true, formatter: formatCount },
    }),
    yAxis: axis("", {
      type: block.log ? "log" : "value",
      scale: true,
      ...(block.log ? {} : ticksOf(raw.flat().map(([, y]) => y))),
      ...GRID_LINES,
      axisLabel: { color: INK, fontSize: 12, formatter: block.percent ? percentText : axisText },
    }),
    series,
  };
  const xs = [...new Set(lines.flatMap((points) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const shown = xs.length <= PLACES
    ? xs
    : Array.from({ length: PLACES }, (_, i) => xs[Math.round(i * (xs.length - 1) / (PLACES - 1))]);
  const tips: Tips = {
    heads: shown.map((x) => `${block.x} ${valueText(x, false)}`),
    rows: shown.map((x) => lines.map((points) => valueText(at(points, x), block.percent))),
    names: block.series.map((curve) => curve.name),
    colors: block.series.map((_, i) => i % COLORS + 1),
  };
  const names = block.series.map((curve) => curve.name);
  return figure(charts, block.title, names, option, 300, block.y, tips, shown);
}

function axisText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A curve's value at x: that of the last point not after it. */
function at(points: readonly Point[], x: number): number | undefined {
  let found: number | undefined;
  for (const [px, py] of points) {
    if (px > x) break;
    found = py;
  }
  return found;
}

/** Bars lying on their side, as a figure. Each bar has its value written beside it. */
export function drawBars(charts: ChartLibrary, block: BarsBlock): Html {
  for (const { name, values } of block.series) {
    if (values.length !== block.categories.length) {
      throw new ArgumentError(
        `Report: the bars "${name}" of "${block.title}" have ${values.length} values for ` +
          `${block.categories.length} categories; give one for each, null where there is none.`,
      );
    }
  }
  const count = block.series.length;
  const option = {
    ...base(),
    grid: { left: 16, right: 52, top: 6, bottom: 6, containLabel: true },
    xAxis: axis("", {
      type: "value",
      ...(block.percent
        ? { min: 0, max: 1 }
        : ticksOf(block.series.flatMap(({ values }) => values.filter((value) => value !== null)))),
      ...GRID_LINES,
      axisLabel: {
        color: INK,
        fontSize: 12,
        hideOverlap: true,
        formatter: block.percent ? percentText : axisText,
      },
    }),
    yAxis: axis("", {
      type: "category",
      inverse: true,
      data: [...block.categories],
      axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 12, width: 150, overflow: "break", interval: 0 },
    }),
    series: block.series.map(({ values }, i) => ({
      type: "bar",
      silent: true,
      barMaxWidth: 16,
      barGap: "20%",
      data: values.map((value) => value !== null && Number.isFinite(value) ? value : "-"),
      itemStyle: { color: stroke(i).color, borderRadius: [0, 2, 2, 0] },
      label: {
        show: true,
        position: "right",
        color: INK,
        fontSize: 12,
        formatter: ({ value }: { value: unknown }) =>
          typeof value === "number" ? valueText(value, block.percent) : "",
      },
    })),
  };
  const height = 44 + block.categories.length * Math.max(28, 12 + count * 18);
  const names = block.series.map(({ name }) => name);
  return figure(charts, block.title, names, option, height);
}

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
  return figure(charts, block.title, [], option, 300, block.y, tips, counts.map((_, i) => i));
}

/** A frame with a sentence in place of a chart. */
function empty(title: string, text: string): Html {
  return html`
    <figure class="chart">
      <figcaption>${title}</figcaption>
      <p class="none">${text}</p>
    </figure>
  `;
}

/** Draws a chart in both sizes, with its legend, and what the pointer shows at each of `xs`. */
function figure(
  charts: ChartLibrary,
  title: string,
  names: string[],
  option: Record<string, unknown>,
  height: number,
  y?: string,
  tips?: Tips,
  xs?: number[],
): Html {
  const drawings = SIZES.map(({ name, width }) => {
    const size = { width, height };
    const chart = charts.init(null, null, { renderer: "svg", ssr: true, ...size });
    try {
      chart.setOption(option as EChartsOption);
      const svg = tidy(chart.renderToSVGString(), title);
      const places = xs?.map((x) =>
        Math.round(
          (chart.convertToPixel({ xAxisIndex: 0 }, x as never) as unknown as number) * 10,
        ) / 10
      );
      return html`<div class="${name}" data-xs="${places ? places.join(" ") : ""}">${svg}</div>`;
    } finally {
      chart.dispose();
    }
  });
  // Above the chart and not beside its axis, where it would run into long numbers.
  const axisName = y !== undefined && html`<p class="axis">${y}</p>`;
  const legend = names.length > 1 &&
    html`<ul class="legend">${
      names.map((name, i) =>
        html`<li><i class="${stroke(i).dash} k${i % COLORS + 1}"></i>${name}</li>`
      )
    }</ul>`;
  return html`
    <figure
      class="chart"><figcaption>${title}</figcaption>${legend}${axisName}${drawings}${tips &&
        jsonScript(tips)}</figure>
  `;
}

/** Takes out of ECharts' SVG what only matters to its own scripts. */
function tidy(svg: string, title: string): Html {
  const inner = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class|pointer-events|xml:space|ecmeta_[a-z_]+)="[^"]*"/g, "")
    .replace(/\n/g, "");
  const viewBox = /viewBox="([\d. ]+)"/.exec(svg)?.[1] ?? "0 0 1 1";
  return html`<svg viewBox="${viewBox}" role="img" aria-label="${title}">${new Html(inner)}</svg>`;
}
