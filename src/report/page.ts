/** The page around the blocks. @module */

import { type Html, Html as Raw, html } from "./html.ts";
import { SCRIPT } from "./page_script.ts";
import { STYLE } from "./page_style.ts";

/**
 * No address of any kind may be loaded, even if data held one that slipped through: the browser is told
 * to refuse.
 */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A whole page. */
export function page(title: string, body: Html, footer: string): string {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="${POLICY}">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${new Raw(STYLE)}</style>
      </head>
      <body>
    ${body}
    <footer>${footer}</footer>
    <script>${new Raw(SCRIPT)}</script>
      </body>
    </html>
  `.markup;
}
