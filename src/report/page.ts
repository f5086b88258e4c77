/** The page around the blocks. @module */

import { htmlDocument } from "./document.ts";
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
  const whole = html`${body}
    <footer>${footer}</footer>
    <script>${new Raw(SCRIPT)}</script>`;
  return htmlDocument({ title, policy: POLICY, style: STYLE, body: whole });
}
