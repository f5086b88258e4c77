/** A section of a report and the blocks in it. @module */

import { ArgumentError } from "../../base/errors.ts";
import { drawBars } from "../charts/bars.ts";
import { drawCurves } from "../charts/curves.ts";
import { drawHistogram } from "../charts/histogram.ts";
import type { ChartLibrary } from "../charts/library.ts";
import { drawReliability } from "../charts/reliability.ts";
import { drawScatter } from "../charts/scatter.ts";
import { drawTradeOff } from "../charts/trade_off.ts";
import type { ReportBlock, ReportSection } from "../data.ts";
import { escapeHtml, Html, html } from "../html.ts";
import { drawConfusion } from "./confusion.ts";
import { drawGallery } from "./gallery.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawTable } from "./table.ts";

/** What blocks are drawn with. */
export interface Drawing {
  /** The chart library. */
  readonly charts: ChartLibrary;
  /** How much room the images of one block may take in the page. */
  readonly imageBytes: number;
}

/** What is drawn by the chart library. */
const CHARTS: readonly ReportBlock["kind"][] = [
  "curves",
  "bars",
  "histogram",
  "reliability",
  "scatter",
  "tradeOff",
];

/** A section with its heading. Charts that follow one another share a grid. */
export function drawSection(drawing: Drawing, section: ReportSection): Html {
  const groups: { charts: boolean; blocks: ReportBlock[] }[] = [];
  for (const block of section.blocks) {
    const chart = CHARTS.includes(block.kind);
    const last = groups.at(-1);
    if (last && last.charts === chart) last.blocks.push(block);
    else groups.push({ charts: chart, blocks: [block] });
  }
  const drawn = groups.map((group) => {
    const blocks = group.blocks.map((block) => drawBlock(drawing, block));
    return group.charts ? html`<div class="charts">${blocks}</div>` : html`${blocks}`;
  });
  const id = new Html(section.id === undefined ? "" : ` id="${escapeHtml(section.id)}"`);
  return html`<section${id}><h2>${section.heading}</h2>${
    section.text !== undefined && html`<p>${section.text}</p>`
  }${drawn}</section>`;
}

function drawBlock({ charts, imageBytes }: Drawing, block: ReportBlock): Html {
  switch (block.kind) {
    case "text":
      return html`<p>${block.text}</p>`;
    case "table":
      return drawTable(block.table);
    case "curves":
      return drawCurves(charts, block);
    case "bars":
      return drawBars(charts, block);
    case "histogram":
      return drawHistogram(charts, block);
    case "heatmap":
      return drawHeatmap(block);
    case "gallery":
      return drawGallery(block, imageBytes);
    case "confusion":
      return drawConfusion(block);
    case "reliability":
      return drawReliability(charts, block);
    case "scatter":
      return drawScatter(charts, block);
    case "tradeOff":
      return drawTradeOff(charts, block);
    default:
      throw new ArgumentError(
        `Report: there is no block of kind ${JSON.stringify((block as { kind: unknown }).kind)}; ` +
          "use text, table, curves, bars, histogram, heatmap, gallery, confusion, reliability, scatter or tradeOff.",
      );
  }
}
