/** The blocks of a report that are not charts: text, tables, heat maps, galleries, the config. @module */

import { ArgumentError } from "../base/errors.ts";
import { formatCell, type Table, tableRows } from "./table.ts";
import { type ChartLibrary, drawBars, drawCurves, drawHistogram } from "./charts.ts";
import type { GalleryBlock, HeatmapBlock, Highlight, ReportBlock, ReportSection } from "./data.ts";
import { type Html, html } from "./html.ts";
import { pngAddress } from "./png.ts";

/** A section with its heading. Charts that follow one another share a grid. */
export function drawSection(charts: ChartLibrary, section: ReportSection): Html {
  const groups: { charts: boolean; blocks: ReportBlock[] }[] = [];
  for (const block of section.blocks) {
    const chart = block.kind === "curves" || block.kind === "bars" || block.kind === "histogram";
    const last = groups.at(-1);
    if (last && last.charts === chart) last.blocks.push(block);
    else groups.push({ charts: chart, blocks: [block] });
  }
  const drawn = groups.map((group) => {
    const blocks = group.blocks.map((block) => drawBlock(charts, block));
    return group.charts ? html`<div class="charts">${blocks}</div>` : html`${blocks}`;
  });
  return html`<section><h2>${section.heading}</h2>${
    section.text !== undefined && html`<p>${section.text}</p>`
  }${drawn}</section>`;
}

function drawBlock(charts: ChartLibrary, block: ReportBlock): Html {
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
      return drawGallery(block);
    default:
      throw new ArgumentError(
        `Report: there is no block of kind ${JSON.stringify((block as { kind: unknown }).kind)}; ` +
          "use text, table, curves, bars, histogram, heatmap or gallery.",
      );
  }
}

function drawTable(table: Table): Html {
  const kinds = table.columns.map((column) => (column.kind ?? "text") === "text" ? "" : "n");
  return html`
    <div
      class="card scroll"><table>${table.title !== undefined &&
        html`<caption>${table.title}</caption>`}<thead><tr>${table.columns.map((column, i) =>
          html`<th scope="col" class="${kinds[i]}">${column.title}</th>`
        )}</tr></thead><tbody>${tableRows(table).map((row) =>
          html`<tr class="${row.strong ? "strong" : ""}">${
            row.cells.map((cell, i) => {
              const text = formatCell(cell, table.columns[i]);
              return i === 0
                ? html`<th scope="row" class="${kinds[i]}">${text}</th>`
                : html`<td class="${kinds[i]}">${text}</td>`;
            })
          }</tr>`
        )}</tbody></table>${table.note !== undefined &&
        html`<p class="note">${table.note}</p>`}</div>
  `;
}

function drawHeatmap(block: HeatmapBlock): Html {
  const { columns, rows, values } = block;
  if (values.length !== rows.length || values.some((row) => row.length !== columns.length)) {
    throw new ArgumentError(
      `Report: the heat map "${block.title}" needs ${rows.length} rows of ${columns.length} values; ` +
        "give one for each name, null where there is none.",
    );
  }
  const known = values.flat().filter((value): value is number =>
    value !== null && Number.isFinite(value)
  );
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const column = { title: "", kind: block.percent ? "percent" as const : "number" as const };
  const cell = (value: number | null): Html => {
    if (value === null || !Number.isFinite(value)) {
      return html`<td class="n">${formatCell(value, column)}</td>`;
    }
    const heat = most > least ? (value - least) / (most - least) : 1;
    return html`<td class="n heat" style="--h:${Math.round(heat * 100)}">${
      formatCell(value, column)
    }</td>`;
  };
  const scale = known.length > 0 &&
    html`<p class="scale"><span>${formatCell(least, column)}</span><i></i><span>${
      formatCell(most, column)
    }</span></p>`;
  return html`
    <div class="card scroll">
      <table class="map" style="${`min-width:${140 + 84 * columns.length}px`}">
        <caption>${block.title}${scale}</caption>
        <thead>
          <tr><th scope="col">${block.corner}</th>${columns.map((name) =>
            html`<th scope="col" class="n">${name}</th>`
          )}</tr>
        </thead>
        <tbody>${rows.map((name, i) =>
          html`<tr><th scope="row">${name}</th>${values[i].map(cell)}</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}

function drawGallery(block: GalleryBlock): Html {
  return html`
    <figure class="card">
      <figcaption>${block.title}</figcaption>
      <ul class="gallery">${block.images.map((image) =>
        html`
          <li
            class="${image.tone}"><img src="${pngAddress(image)}" width="${image
              .width}" height="${image.height}" alt="${image.caption}"><span>${image
              .caption}</span></li>
        `
      )}</ul>
    </figure>
  `;
}

/** The figures at the top. */
export function drawHighlights(highlights: readonly Highlight[]): Html {
  return html`<dl class="highlights">${
    highlights.map(({ label, value, note }) =>
      html`<div><dt>${label}</dt><dd>${value}</dd>${
        note !== undefined && html`<dd class="note">${note}</dd>`
      }</div>`
    )
  }</dl>`;
}

/** Names and values, in two columns. */
export function drawFacts(facts: readonly (readonly [string, string | number])[]): Html {
  return html`
    <div class="card">
      <table class="facts">
        <tbody>${facts.map(([name, value]) =>
          html`
            <tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

/** The config: a line for each value, and the JSON to copy. */
export function drawConfig(config: unknown): Html {
  const json = JSON.stringify(config, null, 2) ?? "null";
  const plain: unknown = JSON.parse(json);
  return html`
    <h3>Config</h3>${drawFacts(flatten(plain))}<details>
      <summary>Config as JSON</summary>
      <pre>${json}</pre>
    </details>
  `;
}

/** Nested data as `student.width: 32`; short lists stay on one line. */
function flatten(value: unknown, name = ""): [string, string][] {
  const leaf = value === null || typeof value !== "object";
  const list = Array.isArray(value) &&
    value.every((item) => item === null || typeof item !== "object");
  if (leaf || list) return [[name, list ? value.join(", ") : String(value)]];
  return Object.entries(value).flatMap(([key, item]) =>
    flatten(item, name === "" ? key : `${name}.${key}`)
  );
}
