/** Bars lying on their side. @module */

import { ArgumentError } from "../../base/errors.ts";
import type { BarsBlock } from "../data.ts";
import type { Html } from "../html.ts";
import {
  axis,
  axisText,
  base,
  GRID_LINES,
  INK,
  LINE,
  percentText,
  stroke,
  ticksOf,
  valueText,
} from "./axes.ts";
import { figure } from "./figure.ts";
import type { ChartLibrary } from "./library.ts";

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
  const all = block.series.flatMap(({ values }) => values.filter((value) => value !== null));
  const option = {
    ...base(),
    grid: { left: 16, right: 52, top: 6, bottom: 6, containLabel: true },
    xAxis: axis("", {
      type: "value",
      // Room for the value beside a bar that goes to the left.
      ...(all.some((value) => value < 0) && { boundaryGap: ["25%", 0] }),
      ...(!block.percent ? ticksOf(all) : block.fit ? {} : { min: 0, max: 1 }),
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
      // Names stay at the side, where bars go to both.
      axisLine: { onZero: false, lineStyle: { color: LINE } },
      axisLabel: { color: INK, fontSize: 12, width: 150, overflow: "break", interval: 0 },
    }),
    series: block.series.map(({ values }, i) => ({
      type: "bar",
      silent: true,
      barMaxWidth: 16,
      barGap: "20%",
      data: values.map((value) =>
        value === null || !Number.isFinite(value)
          ? "-"
          : value < 0
          ? { value, label: { position: "left" } }
          : value
      ),
      itemStyle: { color: stroke(i).color, borderRadius: 2 },
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
