/** A table of results as HTML. @module */

import { type Html, html } from "../html.ts";
import { formatCell, type Table, tableRows } from "../table.ts";
import { scrollBox } from "./scroll_box.ts";

/** A table, as it is printed on a terminal too. */
export function drawTable(table: Table): Html {
  const kinds = table.columns.map((column) => (column.kind ?? "text") === "text" ? "" : "n");
  const head = table.columns.map((column, i) =>
    html`<th scope="col" class="${kinds[i]}">${column.title}</th>`
  );
  const body = tableRows(table).map((row) => {
    const cells = row.cells.map((cell, i) => {
      const text = formatCell(cell, table.columns[i]);
      return i === 0
        ? html`<th scope="row" class="${kinds[i]}">${text}</th>`
        : html`<td class="${kinds[i]}">${text}</td>`;
    });
    return html`<tr class="${row.strong ? "strong" : ""}">${cells}</tr>`;
  });
  return scrollBox(
    table.title,
    html`
      <table>
        <thead>
          <tr>${head}</tr>
        </thead>
        <tbody>${body}</tbody>
      </table>
    `,
    { below: table.note !== undefined && html`<p class="note">${table.note}</p>` },
  );
}
