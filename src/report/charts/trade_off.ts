/** What is gained at which cost: points with their names, costs by factors. @module */

import type { EChartsType } from "npm:echarts@^6.1.0";
import { fitText, textWidth } from "../../base/text.ts";
import type { Html } from "../html.ts";
import type { TradeOffBlock, TradeOffPoint } from "../trade_off_data.ts";
import {
  axis,
  axisText,
  base,
  GRID_LINES,
  INK,
  LINE,
  percentText,
  seriesColor,
  valueText,
} from "./axes.ts";
import { empty, figure, type Tips } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";
import { type Box, placeLabels } from "./place_labels.ts";
import { shapeMark, SHAPES } from "./shapes.ts";

const HEIGHT = 360;
/** Names are no longer than this, in columns. */
const LONGEST_NAME = 24;
const LINE_HEIGHT = 16;
/** No letter is wider on average, in pixels. */
const LETTER = 7;
/** Decades that the horizontal axis shows at least. */
const LEAST_DECADES = 0.8;

/** The ticks within a decade, of an axis of less than so many decades. */
const STEPS: readonly (readonly [decades: number, ticks: readonly number[]])[] = [
  [1, [1, 2, 3, 5, 7]],
  [2, [1, 2, 5]],
  [4, [1, 3]],
];

interface Drawn extends TradeOffPoint {
  /** The series. */
  readonly of: number;
  readonly strong: boolean;
}

/** Points with their names, as a figure. */
export function drawTradeOff(charts: ChartLibrary, block: TradeOffBlock): Html {
  const { title, series, x, y, note } = block;
  const drawn = series.flatMap(({ points, strong = false }, of): Drawn[] =>
    points.filter((point) => point.x > 0 && Number.isFinite(point.x) && Number.isFinite(point.y))
      .map((point) => ({ ...point, of, strong }))
  ).sort((a, b) => a.x - b.x);
  if (drawn.length === 0) return empty(title, "There is nothing to show.");
  const option = {
    ...base(),
    xAxis: axis(x, { type: "value", nameGap: 26, ...decades(drawn.map(({ x }) => x)) }),
    yAxis: axis("", {
      type: "value",
      ...shares(drawn.map(({ y }) => y)),
      ...GRID_LINES,
      // Zero is a cost of 1, somewhere in the middle.
      axisLine: { onZero: false, lineStyle: { color: LINE } },
      axisLabel: { color: INK, fontSize: 12, formatter: percentText },
    }),
    series: series.map(({ strong }, of) => ({
      type: "scatter",
      silent: true,
      data: drawn.filter((point) => point.of === of).map(({ x, y }) => [Math.log10(x), y]),
      symbol: shapeOf(strong).symbol,
      symbolSize: 2 * radiusOf(strong),
      itemStyle: { color: seriesColor(of), opacity: 1 },
      z: strong ? 3 : 2,
    })),
  };
  const tips: Tips = {
    heads: drawn.map(({ name }) => name),
    rows: drawn.map((point) => [valueText(point.y, true), valueText(point.x, false)]),
    names: [y, x],
    colors: [1, 8],
  };
  return figure(charts, title, series.map(({ name }) => name), option, HEIGHT, {
    y,
    tips,
    xs: drawn.map(({ x }) => Math.log10(x)),
    note,
    mark: (index) => shapeMark(shapeOf(series[index].strong), index),
    besides: (chart, width) => ({ graphic: names(chart, width, drawn) }),
  });
}

const shapeOf = (strong = false) => strong ? SHAPES[3] : SHAPES[0];
const radiusOf = (strong = false): number => strong ? 9 : 5;

/** The horizontal axis: from below the least to above the largest, ticks at round numbers. */
function decades(costs: readonly number[]): Record<string, unknown> {
  const logs = costs.map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.12 * (high - low), (LEAST_DECADES - (high - low)) / 2, 0.1);
  const [min, max] = [low - room, high + room];
  const steps = STEPS.find(([most]) => max - min < most)?.[1] ?? [1];
  const ticks: number[] = [];
  for (let power = Math.floor(min); power <= Math.ceil(max); power++) {
    ticks.push(...steps.map((step) => power + Math.log10(step)));
  }
  const customValues = ticks.filter((tick) => tick >= min && tick <= max);
  return {
    min,
    max,
    axisTick: { customValues },
    axisLabel: {
      color: INK,
      fontSize: 12,
      customValues,
      formatter: (log: number) => axisText(10 ** log),
    },
  };
}

/** The vertical axis: from a round share below the least to one above the largest. */
function shares(values: readonly number[]): { min: number; max: number; interval: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.01, 0.15 * (high - low));
  const interval =
    [0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((step) => step * 5 >= high - low + 2 * room) ?? 0.25;
  return {
    min: Math.max(0, Math.floor((low - room) / interval) * interval),
    max: Math.min(1, Math.ceil((high + room) / interval) * interval),
    interval,
  };
}

/** The points' names, and a line to those that stand further away. */
function names(
  chart: EChartsType,
  width: number,
  drawn: readonly Drawn[],
): Record<string, unknown>[] {
  const ordered = drawn.toSorted((a, b) => Number(b.strong) - Number(a.strong));
  const texts = ordered.map(({ name }) => fitText(name, Math.min(LONGEST_NAME, width / 16)));
  const points = ordered.map(({ x, y, strong }, i) => {
    const at = { xAxisIndex: 0, yAxisIndex: 0 };
    const [left, top] = chart.convertToPixel(at, [Math.log10(x), y]);
    const letter = strong ? LETTER * 1.06 : LETTER;
    const room = { width: textWidth(texts[i]) * letter, height: LINE_HEIGHT };
    return { x: left, y: top, radius: radiusOf(strong), ...room };
  });
  const area: Box = { left: 60, top: 0, width: width - 64, height: HEIGHT - 56 };
  return placeLabels(points, area).flatMap((place, i) => {
    if (place === null) return [];
    const { of, strong } = ordered[i];
    // Letters are narrower than the room that is kept: they stand at the side where the point is.
    const [align, x] = place.left > points[i].x
      ? ["left", place.left]
      : place.left + place.width < points[i].x
      ? ["right", place.left + place.width]
      : ["center", place.left + place.width / 2];
    const text = {
      type: "text",
      silent: true,
      x,
      y: place.top + 2,
      style: {
        text: texts[i],
        align,
        fill: `var(--ink,s${of})`,
        fontFamily: "inherit",
        fontSize: 12,
        fontWeight: strong ? "bold" : "normal",
      },
    };
    return [...leader(points[i], place, of), text];
  });
}

/** A line from a point to a name that does not stand beside it. */
function leader(
  { x, y, radius, height }: { x: number; y: number; radius: number; height: number },
  { left, top, width }: Box,
  of: number,
): Record<string, unknown>[] {
  const [x2, y2] = [
    Math.max(left, Math.min(x, left + width)),
    Math.max(top, Math.min(y, top + height)),
  ];
  if (Math.hypot(x2 - x, y2 - y) < radius + height) return [];
  return [{
    type: "line",
    silent: true,
    shape: { x1: x, y1: y, x2, y2 },
    style: { stroke: seriesColor(of), lineWidth: 1, opacity: 0.5 },
  }];
}
