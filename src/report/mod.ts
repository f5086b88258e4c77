/**
 * Reports: one HTML file that holds everything it shows and opens offline.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { VERSION } from "../base/version.ts";
import { drawConfig, drawFacts, drawHighlights } from "./blocks/facts.ts";
import { drawSection } from "./blocks/section.ts";
import { loadCharts } from "./charts/library.ts";
import type { ReportData } from "./data.ts";
import { html } from "./html.ts";
import { page } from "./page.ts";

export * from "./compare_runs.ts";
export * from "./comparison_table.ts";
export * from "./data.ts";
export * from "./evaluation_blocks.ts";
export * from "./evaluation_data.ts";
export * from "./examples.ts";
export * from "./method_curves.ts";
export * from "./metrics_to.ts";
export * from "./most_confused.ts";
export * from "./put_section.ts";
export * from "./sections.ts";
export * from "./teacher_curves.ts";
export * from "./teacher_fields.ts";
export * from "./trade_off_data.ts";

/** Room for images in one page, as they stand in it. With the charts the page stays below 2 MB. */
const IMAGE_BYTES = 1_000_000;

/**
 * Draws a report as one HTML page without any reference to other files or addresses. All text from
 * `data` is escaped.
 *
 * @param data What to show.
 * @returns The page.
 * @throws {ArgumentError} If lists in `data` do not fit together, such as values and their names.
 */
export async function renderReport(data: ReportData): Promise<string> {
  if (!data.title) {
    throw new ArgumentError("Report: the title is empty; say what the report is about.");
  }
  const galleries = data.sections.flatMap(({ blocks }) => blocks).filter(({ kind }) =>
    kind === "gallery"
  );
  const drawing = {
    charts: await loadCharts(),
    imageBytes: IMAGE_BYTES / Math.max(1, galleries.length),
  };
  const { facts = [], highlights = [], config } = data;
  const made = (facts.length > 0 || config !== undefined) &&
    html`<section><h2>How it was made</h2>${facts.length > 0 && drawFacts(facts)}${
      config !== undefined && drawConfig(config)
    }</section>`;
  const body = html`<header><h1>${data.title}</h1>${
    data.subtitle !== undefined && html`<p class="subtitle">${data.subtitle}</p>`
  }${data.summary !== undefined && html`<p class="summary">${data.summary}</p>`}${
    highlights.length > 0 && drawHighlights(highlights)
  }</header>
<main>${data.sections.map((section) => drawSection(drawing, section))}${made}</main>`;
  return page(data.title, body, `Written by apprentice ${VERSION}.`);
}

/**
 * Writes a report to a file, as a whole or not at all.
 *
 * @param path The file, usually `report.html` in the run folder.
 * @param data What to show.
 * @throws {ArgumentError} As {@linkcode renderReport} does.
 * @throws {FileError} If the file cannot be written.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * const folder = await Deno.makeTempDir();
 * const table: train.Table = {
 *   columns: [{ title: "model" }, { title: "accuracy", kind: "percent" }],
 *   rows: [["teacher", 0.931], { cells: ["student", 0.927], strong: true }],
 * };
 * train.printTable(table);
 * await train.writeReport(`${folder}/report.html`, {
 *   title: "UNIFORM on MNIST and Fashion-MNIST",
 *   summary: "The student reaches 92.7% without labels.",
 *   sections: [{ heading: "Accuracy", blocks: [{ kind: "table", table }] }],
 * });
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeReport(path: string, data: ReportData): Promise<void> {
  await writeAtomic(path, await renderReport(data));
}
