/** HTML from data: the only place where text becomes markup. @module */

/** Markup that needs no escaping any more. */
export class Html {
  /** The markup. */
  readonly markup: string;

  /** Takes markup as it is: only for what this package itself wrote. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template of {@linkcode html}. */
export type HtmlPart = string | number | Html | readonly Html[] | undefined | false;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for use between tags and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A template in which everything that is not {@linkcode Html} is escaped. */
export function html(strings: TemplateStringsArray, ...parts: HtmlPart[]): Html {
  let markup = strings[0];
  parts.forEach((part, i) => {
    if (part instanceof Html) markup += part.markup;
    else if (Array.isArray(part)) markup += part.map((item: Html) => item.markup).join("");
    else if (part !== undefined && part !== false) markup += escapeHtml(String(part));
    markup += strings[i + 1];
  });
  return new Html(markup);
}

/** Data for a script to read. It cannot end the element that it stands in. */
export function jsonScript(value: unknown): Html {
  const json = JSON.stringify(value).replace(/</g, "\\u003c");
  return new Html(`<script type="application/json">${json}</script>`);
}
