/** Lines over steps or epochs. @module */

import { formatCount } from "../../base/text.ts";
import type { CurvesBlock } from "../data.ts";
import type { Html } from "../html.ts";
import { type Point, smooth, thin } from "../thin.ts";
import {
  axis,
  axisText,
  base,
  COLORS,
  GRID_LINES,
  INK,
  percentText,
  rangeOf,
  seriesColor,
  stroke,
  ticksOf,
  valueText,
} from "./axes.ts";
import { empty, figure, type Tips } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";

/** Points of a line, and places where the pointer finds values (those of all lines together). */
const POINTS = 200;
const PLACES = 1000;

/** Lines over steps or epochs, as a figure. */
export function drawCurves(charts: ChartLibrary, block: CurvesBlock): Html {
  const shown = (y: number): boolean => Number.isFinite(y) && (!block.log || y > 0);
  const placed = (x: number): boolean => Number.isFinite(x) && (!block.logX || x > 0);
  const raw = block.series.map(({ points }) => points.filter(([x, y]) => placed(x) && shown(y)));
  if (raw.every((points) => points.length === 0)) {
    return empty(block.title, "No values were logged.");
  }
  const window = block.smooth ?? 1;
  const lines = raw.map((points) => thin(window > 1 ? smooth(points, window) : points, POINTS));
  const bands = block.series.map(({ band = [] }, i) => usableBand(band, lines[i], shown));
  const series = [
    ...bands.map((band, i) => bandSeries(band, i)),
    ...lines.flatMap((points, i) => [
      ...(window > 1 ? [rawSeries(thin(raw[i], POINTS), i)] : []),
      lineSeries(points, i),
    ]),
  ];
  const xs = raw.flat().map(([x]) => x);
  const ys = [...raw.flat().map(([, y]) => y), ...bands.flat().flatMap(([, ...bounds]) => bounds)];
  const option = {
    ...base(),
    xAxis: axis(block.x, {
      ...(block.logX ? { type: "log", logBase: 2 } : { type: "value", ...ticksOf(xs) }),
      nameGap: 26,
      ...rangeOf(xs),
      axisLabel: { color: INK, fontSize: 12, hideOverlap: true, formatter: formatCount },
    }),
    yAxis: axis("", {
      type: block.log ? "log" : "value",
      scale: true,
      ...(block.log ? {} : ticksOf(ys)),
      ...GRID_LINES,
      axisLabel: { color: INK, fontSize: 12, formatter: block.percent ? percentText : axisText },
    }),
    series,
  };
  const places = placesOf(lines);
  const tips: Tips = {
    heads: places.map((x) => `${block.x} ${valueText(x, false)}`),
    rows: places.map((x) => lines.map((points, i) => tipText(points, bands[i], x, block.percent))),
    names: block.series.map((curve) => curve.name),
    colors: block.series.map((_, i) => i % COLORS + 1),
  };
  const names = block.series.map((curve) => curve.name);
  return figure(charts, block.title, names, option, 300, { y: block.y, tips, xs: places });
}

function lineSeries(points: readonly Point[], index: number): Record<string, unknown> {
  const { dash } = stroke(index);
  const color = seriesColor(index);
  return {
    type: "line",
    silent: true,
    data: points,
    itemStyle: { color },
    // Few points are measurements to be seen one by one.
    showSymbol: points.length <= 20,
    symbol: "circle",
    symbolSize: 5,
    lineStyle: { color, width: 2, type: dash },
  };
}

/** The line before smoothing, faint behind. */
function rawSeries(points: readonly Point[], index: number): Record<string, unknown> {
  const color = seriesColor(index);
  return {
    ...{ type: "line", silent: true, data: points, showSymbol: false, itemStyle: { color } },
    lineStyle: { color, width: 1, opacity: 0.25 },
  };
}

type Band = readonly (readonly [x: number, low: number, high: number])[];

/** A band as one polygon: along the lower bounds and back along the upper ones. */
function bandSeries(band: Band, index: number): Record<string, unknown> {
  return {
    type: "custom",
    silent: true,
    clip: true,
    data: band,
    encode: { x: 0, y: [1, 2] },
    renderItem: (
      { dataIndex }: { dataIndex: number },
      { coord }: { coord(point: [number, number]): number[] },
    ) =>
      dataIndex === 0 && {
        type: "polygon",
        silent: true,
        shape: {
          points: [
            ...band.map(([x, low]) => coord([x, low])),
            ...band.toReversed().map(([x, , high]) => coord([x, high])),
          ],
        },
        style: { fill: seriesColor(index), opacity: 0.18 },
      },
  };
}

/** The part of a band at the points that are drawn, with bounds that can be drawn. */
function usableBand(
  band: Band,
  points: readonly Point[],
  shown: (y: number) => boolean,
): [x: number, low: number, high: number][] {
  const values = new Map(points);
  return band.flatMap(([x, low, high]): [number, number, number][] => {
    const y = values.get(x);
    if (y === undefined || Number.isNaN(low) || !shown(high)) return [];
    // Where 0 cannot be drawn, what reaches below ends at the line.
    return [[x, shown(low) ? low : y, high]];
  });
}

/** Where the pointer finds values: where any line has a point. */
function placesOf(lines: readonly (readonly Point[])[]): number[] {
  const xs = [...new Set(lines.flatMap((points) => points.map(([x]) => x)))].sort((a, b) => a - b);
  if (xs.length <= PLACES) return xs;
  const step = (xs.length - 1) / (PLACES - 1);
  return Array.from({ length: PLACES }, (_, i) => xs[Math.round(i * step)]);
}

function tipText(points: readonly Point[], band: Band, x: number, percent?: boolean): string {
  const value = valueText(at(points, x)?.[1], percent);
  const [, ...bounds] = at(band, x) ?? [];
  if (bounds.length === 0) return value;
  return `${value} (${bounds.map((bound) => valueText(bound, percent)).join(" – ")})`;
}

/** What a curve says at x: its last point that is not after it. */
function at<P extends readonly [x: number, ...rest: number[]]>(
  points: readonly P[],
  x: number,
): P | undefined {
  return points[points.findLastIndex(([own]) => own <= x)];
}
