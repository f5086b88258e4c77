/** A card whose content scrolls within itself where it is too wide for the page. @module */

import { type Html, html, type HtmlPart } from "../html.ts";

/**
 * A card around something wide. What stands above and below stays in view; the wide part can be reached with the
 * keyboard, or its right half could not be seen without a mouse.
 */
export function scrollBox(
  title: string | undefined,
  content: Html,
  around: { above?: HtmlPart; below?: HtmlPart } = {},
): Html {
  return html`
    <figure
      class="card">${title !== undefined && html`<figcaption>${title}</figcaption>`}${around
        .above}<div class="scroll" tabindex="0" role="region" aria-label="${title ??
        "Table"}">${content}</div>${around.below}</figure>
  `;
}
