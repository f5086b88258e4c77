/** A table of numbers, colored by value. @module */

import { ArgumentError } from "../../base/errors.ts";
import type { HeatmapBlock } from "../data.ts";
import { type Html, html } from "../html.ts";
import { formatCell } from "../table.ts";
import { scrollBox } from "./scroll_box.ts";

/** A table of numbers, colored by value, with the scale above. */
export function drawHeatmap(block: HeatmapBlock): Html {
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
  const head = columns.map((name) => html`<th scope="col" class="n">${name}</th>`);
  const body = rows.map((name, i) =>
    html`<tr><th scope="row">${name}</th>${values[i].map(cell)}</tr>`
  );
  const width = `min-width:${140 + 84 * columns.length}px`;
  return scrollBox(
    block.title,
    html`
      <table class="map" style="${width}">
        <thead>
          <tr><th scope="col">${block.corner}</th>${head}</tr>
        </thead>
        <tbody>${body}</tbody>
      </table>
    `,
    { above: scale },
  );
}
