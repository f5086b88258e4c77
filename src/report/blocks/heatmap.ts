/** A table of numbers, colored by value. @module */

import { ArgumentError } from "../../base/errors.ts";
import type { HeatmapBlock } from "../data.ts";
import { type Html, html } from "../html.ts";
import { formatCell } from "../table.ts";
import { scrollBox } from "./scroll_box.ts";

/** With more columns than this their headings are turned. */
const ROOMY = 12;
/** With more columns than this there is no room for numbers. */
export const WITH_NUMBERS = 32;

/** A table of numbers, colored by value, with the scale above. */
export function drawHeatmap(block: HeatmapBlock): Html {
  const { columns, rows, values } = block;
  if (values.length !== rows.length || values.some((row) => row.length !== columns.length)) {
    throw new ArgumentError(
      `Report: the heat map "${block.title}" needs ${rows.length} rows of ${columns.length} values; ` +
        "give one for each name, null where there is none.",
    );
  }
  const [least, most] = block.range ?? rangeOf(values.flat());
  const kind = block.percent ? "percent" as const : "number" as const;
  const column = { title: "", kind, digits: block.digits };
  const isPlain = columns.length > WITH_NUMBERS;
  const cell = (value: number | null): Html => {
    const text = isPlain ? "" : formatCell(value, column);
    if (value === null || !Number.isFinite(value)) return html`<td class="n">${text}</td>`;
    const share = most > least ? (value - least) / (most - least) : 1;
    const heat = Math.round(100 * Math.max(0, Math.min(1, share)));
    return html`<td class="n heat" style="--h:${heat}">${text}</td>`;
  };
  const scale = Number.isFinite(least) &&
    html`<p class="scale"><span>${formatCell(least, column)}</span><i></i><span>${
      formatCell(most, column)
    }</span></p>`;
  const isTurned = columns.length > ROOMY;
  const head = columns.map((name) =>
    html`<th scope="col" class="n">${isTurned ? html`<span>${name}</span>` : name}</th>`
  );
  const body = rows.map((name, i) =>
    html`<tr><th scope="row">${name}</th>${values[i].map(cell)}</tr>`
  );
  const look = isPlain ? "confusion plain" : isTurned ? "confusion dense" : "map";
  const width = isTurned ? "" : `min-width:${140 + 84 * columns.length}px`;
  return scrollBox(
    block.title,
    html`
      <table class="${look}" style="${width}">
        <thead>
          <tr><th scope="col">${block.corner}</th>${head}</tr>
        </thead>
        <tbody>${body}</tbody>
      </table>
    `,
    { above: scale, below: block.note !== undefined && html`<p class="note">${block.note}</p>` },
  );
}

/** The least and the largest of the numbers; Infinity and -Infinity if there are none. */
function rangeOf(values: readonly (number | null)[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  return [least, most];
}
