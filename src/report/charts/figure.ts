/**
 * The frame around a chart, with its legend, and its drawing as static SVG.
 *
 * Colors are names of CSS variables, so that one drawing serves light and dark pages; every chart is
 * drawn twice, for wide and for narrow screens, because text in a scaled SVG becomes too small to read.
 *
 * @module
 */

import type { EChartsOption, EChartsType } from "npm:echarts@^6.1.0";
import { Html, html, jsonScript } from "../html.ts";
import { COLORS, stroke } from "./axes.ts";
import type { ChartLibrary } from "./library.ts";

/** The two sizes that a chart is drawn in, in CSS pixels. */
const SIZES = [{ name: "wide", width: 560 }, { name: "narrow", width: 340 }] as const;

/** What the pointer shows: a heading and one value for each series, at each x. */
export interface Tips {
  heads: string[];
  rows: string[][];
  names: string[];
  colors: number[];
}

/** A frame with a sentence in place of a chart. */
export function empty(title: string, text: string): Html {
  return html`
    <figure class="chart">
      <figcaption>${title}</figcaption>
      <p class="none">${text}</p>
    </figure>
  `;
}

/** What stands around a chart. */
export interface Around {
  /** The name of the vertical axis. */
  y?: string;
  /** What the pointer shows. */
  tips?: Tips;
  /** At which places along the horizontal axis. */
  xs?: number[];
  /** A remark under it. */
  note?: string;
  /** What stands for a series in the legend; a piece of its line by default. */
  mark?: (index: number) => Html;
  /** What is drawn besides, once it is known where in the drawing values are. */
  besides?: (chart: EChartsType, width: number) => Record<string, unknown>;
}

/** Draws a chart in both sizes, with its legend, and what the pointer shows at each of `xs`. */
export function figure(
  charts: ChartLibrary,
  title: string,
  names: string[],
  option: Record<string, unknown>,
  height: number,
  { y, tips, xs, note, mark = line, besides }: Around = {},
): Html {
  const drawings = SIZES.map(({ name, width }) => {
    const size = { width, height };
    const chart = charts.init(null, null, { renderer: "svg", ssr: true, ...size });
    try {
      chart.setOption(option as EChartsOption);
      if (besides) chart.setOption(besides(chart, width) as EChartsOption);
      const svg = tidy(chart.renderToSVGString(), title);
      const places = xs?.map((x) =>
        Math.round(
          (chart.convertToPixel({ xAxisIndex: 0 }, x as never) as unknown as number) * 10,
        ) / 10
      );
      if (!places) return html`<div class="${name}">${svg}</div>`;
      return html`
        <div class="${name}" data-xs="${places.join(" ")}" tabindex="0" role="group"
          aria-label="${`${title}: arrow keys show the values`}">${svg}</div>
      `;
    } finally {
      chart.dispose();
    }
  });
  // Above the chart and not beside its axis, where it would run into long numbers.
  const axisName = y !== undefined && html`<p class="axis">${y}</p>`;
  const legend = names.length > 1 &&
    html`<ul class="legend">${names.map((name, i) => html`<li>${mark(i)}${name}</li>`)}</ul>`;
  return html`
    <figure
      class="chart"><figcaption>${title}</figcaption>${legend}${axisName}${drawings}${note !==
          undefined && html`<p class="note">${note}</p>`}${tips && jsonScript(tips)}</figure>
  `;
}

/** A piece of a series' line. */
function line(index: number): Html {
  return html`<i class="${stroke(index).dash} k${index % COLORS + 1}"></i>`;
}

/** Takes out of ECharts' SVG what only matters to its own scripts. */
function tidy(svg: string, title: string): Html {
  const inner = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class|pointer-events|xml:space|ecmeta_[a-z_]+)="[^"]*"/g, "")
    .replace(/<\w+ [^>]*>/g, markSeries)
    .replace(/\n/g, "");
  const viewBox = /viewBox="([\d. ]+)"/.exec(svg)?.[1] ?? "0 0 1 1";
  return html`<svg viewBox="${viewBox}" role="img" aria-label="${title}">${new Html(inner)}</svg>`;
}

/** Writes the series that an element belongs to, from its color, into the attribute by which it is hidden. */
function markSeries(tag: string): string {
  let series: string | undefined;
  const plain = tag.replace(/var\((--[a-z]+\d*),s(\d+)\)/g, (_, color, index) => {
    series = index;
    return `var(${color})`;
  });
  return series === undefined ? tag : plain.replace(/^<\w+/, `$& data-s="${series}"`);
}
