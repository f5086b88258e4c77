/** What stands above and below the sections: figures, facts, the config. @module */

import type { Highlight } from "../data.ts";
import { type Html, html } from "../html.ts";

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

/** How many lines of a config are shown at once. */
const LINES = 40;

/** The config: a line for each value, folded where there are many, and the JSON to copy. */
export function drawConfig(config: unknown): Html {
  const json = JSON.stringify(config, null, 2) ?? "null";
  const lines = flatten(JSON.parse(json));
  const table = drawFacts(lines);
  return html`
    <h3>Config</h3>${lines.length <= LINES ? table : html`<details>
      <summary>All ${lines.length} values</summary>
      ${table}
    </details>`}<details>
      <summary>Config as JSON</summary>
      <pre>${json}</pre>
    </details>
  `;
}

/** Nested data as `student.width: 32`; short lists stay on one line, and what is not given is left out. */
function flatten(value: unknown, name = ""): [string, string][] {
  if (value === null && name !== "") return [];
  const leaf = value === null || typeof value !== "object";
  const list = Array.isArray(value) &&
    value.every((item) => item === null || typeof item !== "object");
  if (leaf || list) return [[name, list ? value.join(", ") : String(value)]];
  return Object.entries(value).flatMap(([key, item]) =>
    flatten(item, name === "" ? key : `${name}.${key}`)
  );
}
