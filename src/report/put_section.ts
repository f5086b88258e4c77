/**
 * A section that a report gets once it is written.
 *
 * @module
 */

import { FormatError } from "../base/errors.ts";
import { drawSection } from "./blocks/section.ts";
import { loadCharts } from "./charts/library.ts";
import type { ReportSection } from "./data.ts";

/** A section that takes the place of an earlier one of the same name. */
export interface LaterSection extends ReportSection {
  /** The section's name in the page: small letters and `-`. */
  id: string;
}

/** What a section ends with; sections do not stand within each other. */
const END = "</section>";

/**
 * Puts a section into the page of a report: in place of the one of the same `id`, else after the first one. All else stays
 * as it is.
 *
 * @param page A page that `renderReport` drew, this version's or an earlier one's.
 * @returns The page with the section.
 * @throws {FormatError} If the page is no report.
 * @throws {ArgumentError} As `renderReport` does.
 */
export async function putSection(page: string, section: LaterSection): Promise<string> {
  const { markup } = drawSection({ charts: await loadCharts(), imageBytes: 0 }, section);
  const old = page.indexOf(`<section id="${section.id}">`);
  const first = page.indexOf(END);
  const main = page.indexOf("</main>");
  if (main < 0) {
    throw new FormatError(
      "This page is no report of a run: it has no </main>. Make the report anew.",
    );
  }
  const [from, to] = old >= 0
    ? [old, page.indexOf(END, old) + END.length]
    : first >= 0
    ? [first + END.length, first + END.length]
    : [main, main];
  return page.slice(0, from) + markup + page.slice(to);
}
