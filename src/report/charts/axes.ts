/** What all charts have in common: colors, axes, numbers as text. @module */

import type { EChartsOption } from "npm:echarts@^6.1.0";
import { formatCount } from "../../base/text.ts";

/** So many colors there are; then they come again, with another dash. */
export const COLORS = 8;

/** Series differ by color, and by dashes too from the fifth on. */
export function stroke(index: number): { color: string; dash: "solid" | "dashed" | "dotted" } {
  const dash = index < 4 ? "solid" : index < COLORS ? "dashed" : "dotted";
  return { color: `var(--c${index % COLORS + 1})`, dash };
}

/**
 * The color of a series that can be hidden: after the comma, where CSS has what to take if there is no such variable,
 * stands which series it is. The drawing keeps that as an attribute of its own.
 */
export function seriesColor(index: number): string {
  return `var(--c${index % COLORS + 1},s${index})`;
}

/** The color of words and numbers. */
export const INK = "var(--muted)";
/** The color of axes and grids. */
export const LINE = "var(--line)";

/** What all charts have in common. */
export function base(): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", fontSize: 12, color: INK },
    grid: { left: 10, right: 18, top: 14, bottom: 26, containLabel: true },
  };
}

export function axis(name: string, extra: Record<string, unknown>): Record<string, unknown> {
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
export function ticksOf(values: Iterable<number>): { minInterval?: number } {
  for (const value of values) if (!Number.isInteger(value)) return {};
  return { minInterval: 1 };
}

/** From the least value to the largest; a value that is alone stands in the middle, one from either end. */
export function rangeOf(values: readonly number[]): { min: number | string; max: number | string } {
  const [first] = values;
  if (values.some((value) => value !== first)) return { min: "dataMin", max: "dataMax" };
  return { min: first - 1, max: first + 1 };
}

/** Lines across the chart at the ticks of an axis. */
export const GRID_LINES = { splitLine: { show: true, lineStyle: { color: LINE } } };

export function percentText(value: number): string {
  return `${Number((value * 100).toFixed(1))}%`;
}

/** A value as the pointer shows it: four significant digits. */
export function valueText(value: number | undefined, percent: boolean | undefined): string {
  if (value === undefined) return "–";
  if (percent) return `${(value * 100).toFixed(1)}%`;
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** A value beside an axis: as many digits as it needs, six at most. */
export function axisText(value: number): string {
  return String(Number(value.toPrecision(6)));
}
