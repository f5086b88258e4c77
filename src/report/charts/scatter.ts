/** Points in the plane, by groups. @module */

import type { ScatterBlock } from "../evaluation_data.ts";
import type { Html } from "../html.ts";
import { base, COLORS, seriesColor } from "./axes.ts";
import { empty, figure } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";
import { type PointShape, shapeMark, SHAPES } from "./shapes.ts";

/** Groups differ by color and shape: two of one color have not one shape until there are more than 32. */
function shapeOf(index: number): PointShape {
  return SHAPES[(index + Math.floor(index / COLORS)) % SHAPES.length];
}

/** Points by groups, as a figure without axes. */
export function drawScatter(charts: ChartLibrary, block: ScatterBlock): Html {
  const { title, series, note } = block;
  const groups = series.map(({ points }) => points.filter((point) => point.every(Number.isFinite)));
  const all = groups.flat();
  if (all.length === 0) return empty(title, "There are no points.");
  const option = {
    ...base(),
    grid: { left: 4, right: 4, top: 4, bottom: 4 },
    xAxis: hidden(all.map(([x]) => x)),
    yAxis: hidden(all.map(([, y]) => y)),
    series: groups.map((points, i) => ({
      type: "scatter",
      silent: true,
      data: points,
      symbol: shapeOf(i).symbol,
      symbolSize: 7,
      itemStyle: { color: seriesColor(i), opacity: 0.8 },
    })),
  };
  const mark = (index: number): Html => shapeMark(shapeOf(index), index);
  return figure(charts, title, series.map(({ name }) => name), option, 380, { note, mark });
}

/** An axis that is not drawn, with some room at both ends. */
function hidden(values: readonly number[]): Record<string, unknown> {
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  const room = 0.03 * (most - least) || 1;
  return { type: "value", show: false, min: least - room, max: most + room };
}
