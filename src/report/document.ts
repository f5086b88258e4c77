/** The HTML around a page of this package. @module */

import { type Html, Html as Raw, html } from "./html.ts";

/** What a page consists of. */
export interface DocumentParts {
  /** The page's title. */
  readonly title: string;
  /** What the browser may load and run, as a Content-Security-Policy. */
  readonly policy: string;
  /** The program that wrote the page; not said by default. */
  readonly generator?: string;
  /** The style, written by this package. */
  readonly style: string;
  /** What the page shows. */
  readonly body: Html;
}

/** A whole HTML document, for light and dark, for every width, which asks for no icon. */
export function htmlDocument({ title, policy, generator, style, body }: DocumentParts): string {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        ${generator !== undefined && html`<meta name="generator" content="${generator}">`}
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${new Raw(style)}</style>
      </head>
      <body>
    ${body}
      </body>
    </html>
  `.markup;
}
